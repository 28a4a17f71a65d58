"""The shelf: names, bounds, and that a visitor's tuned policy is nobody else's."""

import gc
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from components.shell import shelf as shelf_module
from components.shell.shelf import LONGEST, MOST, Shelf, ShelfError, language_model
from mdp_core.rlhf.adapters import Adapter, AdapterSpec, LowRank, new_adapter
from mdp_core.tokens.language_model import LanguageModel


def an_adapter(model, seed=1, size=0.3):
    """One that changes something."""
    generator = torch.Generator().manual_seed(seed)
    blank = new_adapter(model.model, AdapterSpec(rank=2), generator, model.id)
    return blank.map(lambda factor: torch.randn(factor.shape, generator=generator) * size)


@pytest.fixture
def mine(monkeypatch):
    """This visitor's shelf, outside of a page."""
    state = {}
    monkeypatch.setattr(shelf_module, "st", SimpleNamespace(session_state=state))
    return shelf_module.shelf()


@pytest.fixture
def small():
    """An adapter of two numbers each, for a model that nobody asks."""
    return lambda seed: Adapter(
        AdapterSpec(rank=1), {"layer": LowRank(torch.full((1, 1), float(seed)), torch.ones(1, 1))}, "pocket"
    )


def test_two_visitors_share_the_weights_and_not_the_policy(pocket, mine):
    shared = SimpleNamespace(get={"pocket": pocket}.get)
    before = {name: tensor.clone() for name, tensor in pocket.model.state_dict().items()}
    prompt = pocket.encode("the movie was")
    pocket.forget()  # read at once or word by word, its numbers are the same to 1e-5 only
    plain = pocket.logits(prompt).copy()
    kept = mine.keep("kinder", "pocket", an_adapter(pocket))
    tuned, others = language_model(kept.id, shared), language_model("pocket", shared)
    assert others is pocket
    for theirs, ours in zip(pocket.model.parameters(), tuned.model.parameters(), strict=True):
        assert theirs.data_ptr() == ours.data_ptr()
    assert np.abs(tuned.logits(prompt) - plain).max() > 0.1
    pocket.forget()
    assert np.array_equal(others.logits(prompt), plain)
    assert all(torch.equal(before[name], tensor) for name, tensor in pocket.model.state_dict().items())
    assert kept.id == f"pocket+{kept.adapter.digest()}" == tuned.id
    assert language_model(kept.id, shared) is tuned  # and keeps what it remembers


def test_another_visitor_does_not_find_it(pocket, mine, monkeypatch):
    shared = SimpleNamespace(get={"pocket": pocket}.get)
    kept = mine.keep("kinder", "pocket", an_adapter(pocket))
    monkeypatch.setattr(shelf_module, "st", SimpleNamespace(session_state={}))
    assert language_model(kept.id, shared) is None
    same = shelf_module.shelf().keep("a secret", "pocket", an_adapter(pocket))
    assert same.id == kept.id  # the same numbers, so the same answers may be shared, under no visitor's name
    assert "secret" not in language_model(same.id, shared).name


def test_a_model_that_makes_room_is_not_held_by_what_was_laid_over_it(pocket, mine):
    twin = LanguageModel(pocket.model, pocket.tokenizer, "twin", "twin")
    held = {"twin": twin}
    shared = SimpleNamespace(get=held.get)
    kept = mine.keep("x", "twin", an_adapter(pocket))
    gone = weakref.ref(language_model(kept.id, shared))
    assert gone() is not None
    del twin
    held.clear()
    gc.collect()
    assert gone() is None
    assert language_model(kept.id, shared) is None


def test_what_is_kept_does_not_move_with_what_is_still_being_tuned(pocket):
    live = an_adapter(pocket)
    kept = Shelf().keep("now", "pocket", live)
    was = kept.adapter.vector().clone()
    live.tensors[0].add_(1)
    assert torch.equal(kept.adapter.vector(), was)


def test_names_are_unique_and_can_be_changed(small):
    mine = Shelf()
    first = mine.keep("kind", "pocket", small(1))
    assert [mine.keep("KIND", "pocket", small(2)).name, mine.keep("kind", "pocket", small(3)).name] == [
        "KIND 2",
        "kind 3",
    ]
    with pytest.raises(ShelfError, match="already, as “kind”"):
        mine.keep("another", "pocket", small(1))
    mine.rename(first.id, "  gentle \n review ")
    assert mine.get(first.id).name == "gentle review"
    mine.rename(first.id, "Gentle review")  # its own name is not taken by itself
    with pytest.raises(ShelfError, match="Another policy is called “kind 2”"):
        mine.rename(first.id, "kind 2")
    mine.delete(first.id)
    mine.delete(first.id)
    assert [policy.name for policy in mine] == ["KIND 2", "kind 3"]
    assert (mine.base_of(first.id), mine.base_of(next(iter(mine)).id)) == (first.id, "pocket")


def test_the_shelf_is_bounded(small, monkeypatch):
    mine = Shelf()
    for i in range(MOST):
        mine.keep("p", "pocket", small(i))
    assert [policy.name for policy in mine][-1] == f"p {MOST}"
    with pytest.raises(ShelfError, match=f"holds {MOST} policies"):
        mine.keep("one more", "pocket", small(MOST))
    monkeypatch.setattr(shelf_module, "ROOM", 5)
    two = Shelf()
    for i in range(2):
        two.keep("p", "pocket", small(i))
    with pytest.raises(ShelfError, match="so large that it is full"):
        two.keep("one more", "pocket", small(2))
    monkeypatch.setattr(shelf_module, "NUMBERS", 1)
    with pytest.raises(ShelfError, match="smaller rank"):
        Shelf().keep("large", "pocket", small(1))


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "\u202e\u200b", "\u0301"])
def test_a_name_that_cannot_be_seen_is_none(small, name):
    with pytest.raises(ShelfError, match="needs a name"):
        Shelf().keep(name, "pocket", small(1))


@given(st.lists(st.text(max_size=60), min_size=1, max_size=MOST))
def test_whatever_is_typed_names_stay_short_visible_and_apart(typed):
    mine = Shelf()
    for i, name in enumerate(typed):
        try:
            mine.keep(
                name,
                "pocket",
                Adapter(AdapterSpec(rank=1), {"l": LowRank(torch.full((1, 1), float(i)), torch.ones(1, 1))}),
            )
        except ShelfError:
            continue
    names = [policy.name for policy in mine]
    assert all(0 < len(name) <= LONGEST and name.isprintable() and name == name.strip() for name in names)
    assert len({name.casefold() for name in names}) == len(names)
