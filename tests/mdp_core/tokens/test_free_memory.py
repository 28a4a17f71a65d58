"""What a container leaves to a process, by files like its own."""

import pytest

from mdp_core.tokens import free_memory


@pytest.mark.parametrize(
    "names", [("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")]
)
def test_a_container_has_what_is_left_of_its_limit_and_what_it_holds_of_files(tmp_path, monkeypatch, names):
    monkeypatch.setattr(free_memory, "Path", lambda path: tmp_path)
    monkeypatch.setattr(free_memory, "_free", lambda: None)
    folder = tmp_path if names[0] == "memory.max" else tmp_path / "memory"
    folder.mkdir(exist_ok=True)
    assert free_memory.free_memory() is None
    (folder / names[0]).write_text("1000\n")
    (folder / names[1]).write_text("600\n")
    word = "inactive_file" if names[0] == "memory.max" else "total_inactive_file"
    (folder / "memory.stat").write_text(f"anon 9\nzswap 7\n{word} 50\nunevictable 8\n")
    assert free_memory.free_memory() == 1000 - 600 + 50
    (folder / names[1]).write_text("1200\n")
    assert free_memory.free_memory() == 0
    (folder / names[0]).write_text("max\n")
    assert free_memory.free_memory() is None
