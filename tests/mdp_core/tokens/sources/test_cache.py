import json
import os
import threading

import pytest

from mdp_core.tokens.sources import cache
from mdp_core.tokens.sources.progress import drain


@pytest.fixture
def kept(tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    (made / "weights").write_bytes(b"0123456789")
    (made / "config").write_text("{}")
    drain(cache.publish(made, tmp_path / "kept", "it"))
    return tmp_path / "kept"


def test_what_is_published_is_intact_and_says_its_checksums(kept):
    assert drain(cache.is_intact(kept, "it"))
    assert cache.is_complete(kept)
    manifest = json.loads((kept / "manifest.json").read_text())
    # printf 0123456789 | sha256sum
    assert manifest["files"]["weights"] == {
        "size": 10,
        "sha256": "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882",
    }
    assert not kept.with_name("made").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: os.truncate(kept / "weights", 9),
        lambda kept: (kept / "weights").write_bytes(b"0123456780"),
        lambda kept: (kept / "weights").unlink(),
        lambda kept: (kept / "manifest.json").unlink(),
        lambda kept: (kept / "manifest.json").write_text('{"version": 1, "files": {"weights"'),
        lambda kept: (kept / "manifest.json").write_text('{"version": 1, "files": {}}'),
        lambda kept: (kept / "manifest.json").write_text('{"version": 0, "files": {"config": {"size": 2}}}'),
    ],
)
def test_damage_is_noticed_also_after_the_folder_was_found_intact(kept, damage):
    assert drain(cache.is_intact(kept, "it"))
    damage(kept)
    assert not drain(cache.is_intact(kept, "it"))


def test_publishing_replaces_what_was_there(kept):
    made = kept.with_name("made")
    made.mkdir()
    (made / "weights").write_bytes(b"new")
    drain(cache.publish(made, kept, "it"))
    assert (kept / "weights").read_bytes() == b"new"
    assert not (kept / "config").exists()
    assert drain(cache.is_intact(kept, "it"))
    assert sorted(os.listdir(kept.parent)) == ["kept"]


def test_only_one_has_the_lock_and_the_others_say_that_they_wait(tmp_path):
    first = drain(cache.sole(tmp_path / "locks" / "it.lock", "it"))
    second = cache.sole(tmp_path / "locks" / "it.lock", "it")
    assert next(second).message == "waiting for it, which somebody else here is loading"
    # A page may close a generator in another thread than the one that it began in.
    closer = threading.Thread(target=first.release)
    closer.start()
    closer.join()
    drain(second).release()
