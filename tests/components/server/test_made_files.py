"""Made files: still there for a slow browser while other visitors' pages run, and not for ever."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from components.server import made_files
from components.server.made_files import HELD, lasting


@pytest.fixture
def files(monkeypatch):
    """Streamlit's, of a server of its own: its manager, and what an address gives."""
    storage = MemoryMediaFileStorage("/media")
    manager = MediaFileManager(storage)
    server = SimpleNamespace(exists=lambda: True, get_instance=lambda: SimpleNamespace(media_file_mgr=manager))
    monkeypatch.setattr(made_files, "runtime", server)
    return manager, lambda address: storage.get_file(address.rpartition("/")[2]).content


def pressed(manager, make, name, kind="text/csv"):
    """The address of the file of a button that is pressed."""
    return manager.execute_deferred(manager.add_deferred(make, kind, "button", file_name=name))


@pytest.mark.parametrize("content", ["a,b\n1,é\n", b"PK"])
def test_a_file_stays_while_pages_run(files, content):
    manager, at = files
    address = pressed(manager, lasting(lambda: content, "a.csv", "text/csv"), "a.csv")
    for _ in range(5):
        manager.remove_orphaned_files()
    assert at(address) == (content if isinstance(content, bytes) else content.encode())


def test_newer_files_take_the_place_of_the_oldest(files):
    manager, at = files
    first, *_, last = [
        pressed(manager, lasting(lambda n=n: f"{n}", "a.csv", "text/csv"), "a.csv") for n in range(HELD + 1)
    ]
    for _ in range(2):
        manager.remove_orphaned_files()
    assert at(last) == str(HELD).encode()
    with pytest.raises(Exception, match="No media file"):
        at(first)
