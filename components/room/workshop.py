"""The workshop of a room: what this server process works out from its votes, beside all pages, once for all tabs.

Nothing in it is kept: all of it but a run can be worked out again from the room's votes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from components.server.room.errors import DatabaseAwayError, RoomError
from components.server.room.records import Vote
from mdp_core.kept import Kept
from mdp_core.rlhf.pair_choice import worth_asking
from mdp_core.rlhf.votes import tallies

if TYPE_CHECKING:
    from components.shell.queued_run import QueuedRun
    from mdp_core.rlhf.features import TextFeatures
    from mdp_core.rlhf.taste import Foretold, Taste
    from mdp_core.tokens.language_model import LanguageModel

MOST = 32  # rooms; the one that was looked at longest ago goes
PAUSE = 1.5  # seconds between the beginnings of two trainings
POINTS = 10  # of the curve, about
READ = 8  # texts that a model reads between two looks

Texts = Mapping[int, tuple[str, str]]


class Workshop:
    """What is learned in one room. Its answers are what is known now; safe to ask from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._begun = -PAUSE
        self._asked: object = None  # what is being learned, or was
        self._wanted: object = None  # what was to be learned last
        self._features: TextFeatures | None = None
        self._order: tuple[int, ...] = ()
        self.taste: Taste | None = None
        self.curve: dict[int, Foretold] = {}  # by how many votes were learned from
        self.reading: tuple[int, int] | None = None  # how many of how many texts the language model has read
        self.too_few = False  # votes
        self.run: QueuedRun | None = None
        self.runs = 0  # grows with every run

    def learn(
        self,
        model: LanguageModel,
        texts: Texts,
        votes: Sequence[Vote],
        tell: Callable[[Mapping[int, float]], None],
        also: Sequence[str] = (),
    ) -> None:
        """Learn from these votes in a thread, unless that is done, or somebody is at it, or was a moment ago: then the next
        call finds it undone. `tell` is given what each pair is worth asking about, where their order has changed.

        What is to be scored besides is in `also`: it is read here, so that no page waits for it.
        """
        asked = (model.id, len(texts), tuple(votes), tuple(also))
        with self._lock:
            self._wanted = asked
            if asked == self._asked or self.busy or self._clock() - self._begun < PAUSE:
                return
            self._asked, self._begun = asked, self._clock()
            self._thread = threading.Thread(
                target=self._learn, args=(model, texts, votes, tell, also), name="a room's taste", daemon=True
            )
            self._thread.start()

    def begin(self, after: QueuedRun | None, make: Callable[[], QueuedRun]) -> QueuedRun | None:
        """The run that comes after that one; None where it has one already: by a second press, or by another tab."""
        with self._lock:
            if self.run is not after:
                return None
            self.run = make()
            self.runs += 1
            return self.run

    def points(self, votes: int) -> list[Foretold]:
        """What is known of the curve below `votes` votes."""
        return [self.curve[n] for n in sizes(votes) if n in self.curve]

    @property
    def busy(self) -> bool:
        """Whether something is being learned."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Until nothing is being learned, or so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _learn(
        self,
        model: LanguageModel,
        texts: Texts,
        votes: Sequence[Vote],
        tell: Callable[[Mapping[int, float]], None],
        also: Sequence[str],
    ) -> None:
        from mdp_core.rlhf.reward_training import FewChoicesError
        from mdp_core.rlhf.taste import foretold_by, learn_taste
        from mdp_core.tokens.lane import LaneClosedError

        try:
            features = self._read(model, [*(text for both in texts.values() for text in both), *also])
            self.taste = learn_taste(features, texts, votes, f"what the room likes ({len(votes):,} votes)")
            self.too_few = False
            self._tell(votes, tell)
            for n in sizes(len(votes)):
                if n not in self.curve:
                    with suppress(FewChoicesError):
                        self.curve[n] = foretold_by(features, texts, votes[:n])
                    if self._wanted != self._asked:  # newer votes do not wait for older points
                        return
        except FewChoicesError:
            self.taste, self.too_few = None, True
        except (RoomError, DatabaseAwayError):
            self._asked = None  # again, when the room can be told
        except LaneClosedError:  # the server is ending: what was learned is nobody's any more
            return
        except Exception:
            logging.getLogger(__name__).exception("a room's taste could not be learned")
        finally:
            self.reading = None

    def _read(self, model: LanguageModel, texts: Sequence[str]) -> TextFeatures:
        from mdp_core.rlhf.features import TextFeatures

        if self._features is None or self._features.model.model is not model.model:
            self._features, self.taste, self.curve = TextFeatures(model), None, {}
        every = list(dict.fromkeys(texts))
        for start in range(0, len(every), READ):
            self.reading = (start, len(every))
            self._features([text for text in every[start : start + READ] if _reads(self._features, text)])
        self.reading = None
        return self._features

    def _tell(self, votes: Sequence[Vote], tell: Callable[[Mapping[int, float]], None]) -> None:
        if self.taste is None:
            return
        counts = {pair: sum(tally) for pair, tally in tallies(votes).items()}
        worth = worth_asking(self.taste.probabilities, counts)
        order = tuple(sorted(worth, key=lambda pair: (-worth[pair], pair)))
        if order != self._order:
            tell(worth)
            self._order = order


def _reads(features: TextFeatures, text: str) -> bool:
    from mdp_core.rlhf.features import UnreadableTextError

    try:
        features.check(text)
    except UnreadableTextError:
        return False
    return True


def sizes(votes: int) -> list[int]:
    """Numbers of votes below `votes` for a curve of about POINTS points, always the same ones while it grows."""
    step, factors = 10, (2, 2.5, 2)
    for i in range(60):
        if votes <= POINTS * step:
            break
        step = int(step * factors[i % 3])
    return list(range(step, votes, step))


_workshops: Kept[str, Workshop] = Kept(MOST)


def workshop(code: str) -> Workshop:
    """That of the room of this code."""
    return _workshops.get_or_make(code, Workshop)
