"""Loaded models: shared by all visitors, bounded, cancelled only when nobody waits any more."""

import threading

import pytest

from components.server.models import AT_ONCE, GUESTS, PATIENCE, Models, spelling
from mdp_core.tokens.sources import Host, ModelError, Progress
from mdp_core.tokens.sources.errors import UnknownModel

SECONDS = 10


class Source:
    """A loader in slow motion: every model waits for `let_go`; `asked` and `closed` say what became of it."""

    def __init__(self, error=None):
        self.error, self.asked, self.closed = error, [], []
        self.let_go = threading.Event()

    def __call__(self, model, host):
        self.asked.append(model)
        try:
            while not self.let_go.wait(0.01):
                yield Progress(f"downloading {model}", 1, 2)
            if self.error is not None:
                raise self.error
            return f"the model {model}"
        finally:
            self.closed.append(model)


def test_two_visitors_share_one_load():
    source = Source()
    models = Models(Host(), source)
    first, second = models.ask("a/b"), models.ask("a/b")
    assert first is second
    assert models.loading("a/b")
    assert models.get("a/b") is None
    source.let_go.set()
    assert first.done.wait(SECONDS)
    assert source.asked == ["a/b"]
    assert (models.get("a/b"), models.loading("a/b"), first.problem) == ("the model a/b", False, "")


def test_a_load_tells_how_far_it_is():
    source = Source()
    load = Models(Host(), source).ask("a/b")
    assert load.watch(1).message  # at once, whatever it is
    for _ in range(1_000):
        if load.watch(1).total:
            break
        threading.Event().wait(0.01)
    assert (load.watch(1).message, load.watch(1).fraction) == ("downloading a/b", 0.5)
    source.let_go.set()


def test_it_goes_on_while_somebody_waits_and_is_cancelled_with_the_last():
    source = Source()
    models = Models(Host(), source)
    load = models.ask("a/b")
    load.watch(1)
    load.watch(2)
    load.leave(1)
    assert not load.cancelled.is_set()
    load.leave(2)
    assert load.done.wait(SECONDS)
    assert (models.get("a/b"), load.problem, source.closed) == (None, "", ["a/b"])


def test_who_has_gone_without_a_word_does_not_count(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("components.server.models.time.monotonic", lambda: clock[0])
    source = Source()
    load = Models(Host(), source).ask("a/b")
    load.watch(1)
    load.watch(2)
    clock[0] = PATIENCE + 1
    load.leave(2)
    assert load.cancelled.is_set()


def test_after_a_cancelled_load_it_can_be_asked_for_again():
    source = Source()
    models = Models(Host(), source)
    first = models.ask("a/b")
    first.leave(1)
    second = models.ask("a/b")
    assert second is not first
    assert first.done.wait(SECONDS)
    source.let_go.set()
    assert second.done.wait(SECONDS)
    assert models.get("a/b") == "the model a/b"


@pytest.mark.parametrize(
    ("error", "said"),
    [(ModelError("No network; take Pocket."), "No network; take Pocket."), (RuntimeError("x"), "server's log")],
)
def test_a_failed_load_is_one_sentence(error, said):
    source = Source(error)
    models = Models(Host(), source)
    source.let_go.set()
    load = models.ask("a/b")
    assert load.done.wait(SECONDS)
    assert said in load.problem
    assert models.get("a/b") is None
    assert not models.loading("a/b")


def test_pocket_stays_and_the_guest_used_longest_ago_goes():
    source = Source()
    source.let_go.set()
    models = Models(Host(), source)
    ids = ["pocket", *(f"guest/{n}" for n in range(GUESTS))]
    for model in ids:
        assert models.ask(model).done.wait(SECONDS)
    assert models.get("guest/0")  # used again: now guest/1 is the one of longest ago
    assert models.ask("guest/new").done.wait(SECONDS)
    assert models.get("guest/1") is None
    assert [models.get(model) is not None for model in ("pocket", "guest/0", "guest/new")] == [True, True, True]


def test_a_model_has_one_spelling():
    assert spelling("  SmolLM2 ") == "smollm2"
    with pytest.raises(UnknownModel):
        spelling("https://example.org/model")


def test_few_models_are_loaded_at_the_same_time_and_the_others_wait_or_leave():
    source = Source()
    models = Models(Host(), source)
    loads = [models.ask(f"a/{n}") for n in range(AT_ONCE + 2)]
    for _ in range(1_000):
        if len(source.asked) == AT_ONCE:
            break
        threading.Event().wait(0.01)
    waiting = [load for load in loads if load.model not in source.asked]
    for _ in range(1_000):
        if all(load.progress.message == "waiting until another model is loaded" for load in waiting):
            break
        threading.Event().wait(0.01)
    assert [load.progress.message for load in waiting] == ["waiting until another model is loaded"] * 2
    assert sorted(source.asked + [load.model for load in waiting]) == [load.model for load in loads]
    waiting[0].watch(1)
    waiting[0].leave(1)
    assert waiting[0].done.wait(SECONDS)
    assert waiting[0].model not in source.asked
    source.let_go.set()
    assert waiting[1].done.wait(SECONDS)
    assert models.get(waiting[1].model) == f"the model {waiting[1].model}"
