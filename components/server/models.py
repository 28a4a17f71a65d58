"""Loaded language models: the one place that holds them, for all visitors of this server."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import streamlit as st

from components.server.garbage import settle_memory
from components.server.host import choices
from mdp_core.tokens.sources import Host, ModelError, Progress, load
from mdp_core.tokens.sources.chat import as_chat
from mdp_core.tokens.sources.model_id import POCKET, SERVED, SUMS, base_id, read_model_id, reads_chats
from mdp_core.tokens.sources.progress import TICK, Loading

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.text_model import TextModel

GUESTS = 2  # models beside the built-in and the served one; another takes the place of the one used longest ago
AT_ONCE = 2  # models that are loaded at the same time: each is in memory whole before another makes room
PATIENCE = 5.0  # seconds after which a visitor who asks no more counts as gone

Loader = Callable[[str, Host], Loading["TextModel"]]


class Load:
    """A model on its way, shared by everybody who waits for it."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.progress = Progress("asking for the model")
        self.problem = ""  # one sentence, where it failed
        self.done = threading.Event()  # it came, failed, or was cancelled
        self.cancelled = threading.Event()
        self._seen: dict[int, float] = {}

    def watch(self, visitor: int) -> Progress:
        """How far it is, for `visitor`, who counts as waiting for a few seconds more."""
        self._seen[visitor] = time.monotonic()
        return self.progress

    def leave(self, visitor: int) -> None:
        """`visitor` does not want it any more; where nobody else waits, it is cancelled."""
        self._seen.pop(visitor, None)
        now = time.monotonic()
        if not any(now - seen < PATIENCE for seen in list(self._seen.values())):
            self.cancelled.set()


class Models:
    """Models by id. Safe to use from several threads; two visitors who ask for the same one share one load."""

    def __init__(self, host: Host, loader: Loader = load) -> None:
        self.host = host
        self._loader = loader
        self._lock = threading.Lock()
        self._models: OrderedDict[str, TextModel] = OrderedDict()
        self._chats: dict[str, TextModel] = {}  # by the id of the model, which they share their weights with
        self._loads: dict[str, Load] = {}
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def get(self, model: str) -> LanguageModel | None:
        """The model of that id, in its one spelling, if it is loaded and its weights are here."""
        writer = self.writer(model)
        return None if model == SERVED else cast("LanguageModel | None", writer)

    def writer(self, model: str) -> TextModel | None:
        """The model of that id, also one that a server runs: whoever can write a text."""
        base = base_id(model)
        with self._lock:
            if base in self._models:
                self._models.move_to_end(base)
            return (self._chats if reads_chats(model) else self._models).get(base)

    def loading(self, model: str) -> bool:
        """True where it is on its way already."""
        with self._lock:
            return model in self._loads

    def ask(self, model: str) -> Load:
        """Begin to load, in a thread, or join whoever waits for it already."""
        with self._lock:
            loading = self._loads.get(model)
            if loading is not None and not loading.cancelled.is_set():
                return loading
            begun = self._loads[model] = Load(model)
        threading.Thread(target=self._run, args=(begun,), name=f"load {model[:40]}", daemon=True).start()
        return begun

    def _run(self, begun: Load) -> None:
        loading = self._chat(begun.model) if reads_chats(begun.model) else self._in_turn(begun.model)
        try:
            while not begun.cancelled.is_set():
                begun.progress = next(loading)
        except StopIteration as end:
            self._put(begun.model, end.value)
        except ModelError as error:
            begun.problem = str(error)
        except Exception:
            logging.getLogger(__name__).exception("loading %s failed", begun.model)
            begun.problem = "The model could not be loaded, for a reason that is in the server's log; take another one."
        finally:
            loading.close()  # removes what is half there
            with self._lock:
                if self._loads.get(begun.model) is begun:
                    del self._loads[begun.model]
            begun.done.set()

    def _in_turn(self, model: str) -> Loading[TextModel]:
        """Load it once few others are on their way."""
        while not self._turns.acquire(timeout=TICK):
            yield Progress("waiting until another model is loaded")
        try:
            return (yield from self._loader(model, self.host))
        finally:
            self._turns.release()

    def _chat(self, model: str) -> Loading[TextModel]:
        """The model of that id, laid over the one that reads plain text, which is loaded where it is not here."""
        base = base_id(model)
        while (plain := self.get(base)) is None:
            waited = self.ask(base)
            try:
                while not waited.done.wait(TICK):
                    yield waited.watch(id(model))
            finally:
                waited.leave(id(model))
            if waited.problem:
                raise ModelError(waited.problem)
        return (yield from as_chat(plain))

    def _put(self, model: str, loaded: TextModel) -> None:
        with self._lock:
            if reads_chats(model):
                if base_id(model) in self._models:  # else it has made room meanwhile
                    self._chats[base_id(model)] = loaded
                return
            self._models[model] = loaded
            self._chats.pop(model, None)  # it had the weights of the one that was here before
            guests = [held for held in self._models if held not in (POCKET, SUMS, SERVED)]
            for held in guests[: max(len(guests) - GUESTS, 0)]:
                del self._models[held]
                self._chats.pop(held, None)
        settle_memory()


@st.cache_resource(show_spinner=False)
def models() -> Models:
    """The models of this server process."""
    return Models(choices().host)


def spelling(model: str) -> str:
    """The one spelling of a model's id, under which it is held. Raises UnknownModel for what names no model."""
    return str(read_model_id(model))
