"""The kills in their small form; the large one is `python -m tests.hostile.killed`."""

from tests.hostile.killed import saving, votes


def test_no_confirmed_vote_is_lost_and_none_counts_twice(tmp_path):
    assert "none lost or double" in votes(tmp_path, 2)


def test_a_folder_that_is_being_published_is_whole_or_not_there(tmp_path):
    assert "never half" in saving(tmp_path, 4)
