"""Codes and secrets."""

import pytest

from components.server.room.codes import LENGTH, LETTERS, digest, new_code, new_secret, opens, read_code, spelled


def test_a_code_is_read_as_people_type_it():
    assert read_code(" k7p xq2\n") == read_code("K7P-XQ2") == "K7PXQ2"
    assert spelled("K7PXQ2") == "K7P XQ2"


@pytest.mark.parametrize("text", ["", "K7PXQ", "K7PXQ22", "K7PXQO", "K7PXQ1", "../../", "K7PXQ\0", "КЗРХQ2"])
def test_what_is_no_code(text):
    assert read_code(text) == ""


def test_codes_differ_and_can_be_read():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200  # two equal ones: once in 45,000 runs
    assert all(len(code) == LENGTH and read_code(code) == code for code in codes)
    assert not set("IO01L") & set(LETTERS)
    assert len(LETTERS) == 31


def test_a_secret_opens_its_own_digest_only():
    secret, other = new_secret(), new_secret()
    assert opens(secret, digest(secret))
    assert not opens(other, digest(secret))
    assert not opens(digest(secret), digest(secret))
