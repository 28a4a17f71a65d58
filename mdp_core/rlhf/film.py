"""The film of a tuning run: what every policy on the way wrote, scored and would say next, as plain data for a picture.

Its clock is n, the number of updates that a policy has had: n = 0 is the policy that the run began with, and what step
n + 1 measures is about the policy after n updates. So everything that is shown at n belongs to one policy.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter, AdapterSpec, numbers
from mdp_core.rlhf.algorithms import ALGORITHMS
from mdp_core.rlhf.exact import CountedTexts, PolicyPoint, count_texts, policy_point
from mdp_core.rlhf.frontier import optimum
from mdp_core.rlhf.measured import Figures, Measured, figures_of, measure, write
from mdp_core.rlhf.next_token import Watched
from mdp_core.rlhf.passing import Passing, passing_of
from mdp_core.rlhf.plane import Frontier, frontier_curve
from mdp_core.rlhf.shown_texts import LONGEST, SHOWN, ShownText, shown_texts
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.thinned import Thinned
from mdp_core.rlhf.totals import Totals
from mdp_core.rlhf.tuning_step import TuningStep
from mdp_core.tokens.language_model import SMALL, LanguageModel
from mdp_core.tokens.scores import Reward

FIGURES = 1000  # policies whose numbers are kept
SHOWN_TOKENS = 16_000  # of all kept texts; they are most of what is sent
POLICIES, LARGE_POLICIES = 128, 32  # whose adapters are kept: of a small model, and of one above SMALL parameters
LEAST_POLICIES, ROOM = 4, 16_000_000  # but of no more than hold so many numbers together, 64 MB, and of four at least
TOKENS = 10  # bars of the next token's distribution
COUNTED = 6  # policies whose texts are counted


@dataclass(frozen=True)
class _Shot:
    """All numbers of one policy."""

    figures: Figures
    passing: Passing | None  # how it answers several prompts, where there are several
    seconds: float | None  # that the step took which began with it
    message: str


def kept_policies(model: LanguageModel, shape: AdapterSpec) -> int:
    """Of how many policies a film keeps the adapters. Raises AdapterError for a layer that the model does not have."""
    most = POLICIES if model.model.num_parameters() <= SMALL else LARGE_POLICIES
    return max(min(most, ROOM // numbers(model.model, shape)), LEAST_POLICIES)


class Film:
    """One run, growing while it runs. Safe to be added to by one thread and read by others.

    Its memory is bounded, however long the run: `adapters` of at most 32 policies for models above 5M parameters and 128
    of smaller ones, and of fewer where they would take more than 64 MB, thinned evenly, always with the first and the
    newest; numbers of at most 1000 policies; a few texts of as many as make 16,000 tokens together.
    """

    def __init__(
        self,
        model: LanguageModel,
        spec: TuneSpec,
        reward: Reward,
        *,
        true: Reward | None = None,
        name: str = "score",
        start: str = "",
    ) -> None:
        """`true` is what the score stands for, where that is known: a second curve. `name` is the score's, for the screen,
        and `start` that of the policy that the run began with, where it was not the reference.

        Raises a PromptError for a prompt that `tune` refuses too.
        """
        self.model, self.spec, self.reward, self.true, self.name, self.start = model, spec, reward, true, name, start
        prompt = model.encode(spec.first_prompt)
        self._prompt_pieces = () if spec.prompts else tuple(model.pieces(prompt))
        self._adapters: Thinned[Adapter] = Thinned(kept_policies(model, spec.adapter))
        self._shots: Thinned[_Shot] = Thinned(FIGURES)
        self._texts: Thinned[list[ShownText]] = Thinned(
            max(min(SHOWN_TOKENS // (SHOWN * min(spec.tokens, LONGEST)), POLICIES), 2)
        )
        self._watched = Watched(model, prompt, spec.temperature)
        self._frontier: Frontier | None = None
        self._reference: CountedTexts | None = None
        self._points: dict[int, PolicyPoint] = {}
        self._finished = False
        self._lock = threading.Lock()

    def add(self, snapshot: TuningStep) -> None:
        """Take in the next step. Costs three small forward passes: the watched prefix, and the few texts that are shown.

        Raises what `true` raises.
        """
        n = snapshot.step - 1
        if not self._adapters:
            self._keep(0, snapshot.before)
        self._show(n, Measured.of(snapshot), snapshot)
        self._keep(n + 1, snapshot.adapter)

    def finish(self) -> None:
        """Measure the last policy too, by the texts that one more step would begin with: call it when no step follows.

        A policy that cannot write any more is left unmeasured. Raises what the score raises.
        """
        n = max(self._adapters, default=0)
        if self._finished or n == 0:
            return
        self._finished = True
        adapter = self._adapters[n]
        try:
            texts = write(self.model, self.spec, adapter, n + 1)
        except ValueError:
            return
        self._show(n, measure(self.model, self.spec, adapter, texts, self.reward), None)

    def _show(self, n: int, measured: Measured, snapshot: TuningStep | None) -> None:
        true = None if self.true is None else np.array([self.true(text).total for text in measured.written])
        texts = shown_texts(self.model, measured, true, snapshot, SHOWN)
        lengths, passing = measured.texts.lengths, None
        if self.spec.prompts:
            passing = passing_of(measured.scores, lengths, self.spec.group_size, true)
        seconds = None if snapshot is None else snapshot.seconds.total
        message = "" if snapshot is None else snapshot.message
        with self._lock:
            self._shots.add(n, _Shot(figures_of(measured, true), passing, seconds, message))
            self._texts.add(n, texts)

    def _keep(self, n: int, adapter: Adapter) -> None:
        watched = self._watched
        _ = watched.reference  # here, so that whoever draws the film waits for no pass
        watched.read(n, adapter)
        with self._lock:
            self._adapters.add(n, adapter)
            watched.keep(self._adapters)

    @property
    def adapters(self) -> dict[int, Adapter]:
        """The kept policies by n: 0 is the one that the run began with, and the newest is always there."""
        with self._lock:
            return dict(self._adapters)

    @property
    def figures(self) -> dict[int, Figures]:
        """The numbers of the kept policies by n; the first and the newest that were measured are always there."""
        with self._lock:
            return {n: shot.figures for n, shot in self._shots.items()}

    @property
    def passing(self) -> dict[int, Passing]:
        """How the kept policies answer their problems, by n; nothing for a run with one prompt."""
        with self._lock:
            return {n: shot.passing for n, shot in self._shots.items() if shot.passing is not None}

    # What could be reached

    def compare(self, reference: CountedTexts) -> None:
        """Draw the frontier of the reference's counted texts, at the run's temperature. Call it when they are counted."""
        frontier = frontier_curve(reference)
        with self._lock:
            self._reference, self._frontier = reference, frontier

    def count(self) -> Iterator[int]:
        """Count the texts of some policies of the run (first, last and a few between) that are not counted yet.

        Yields n after each: the exact score and divergence of that policy is in the film then. Every one takes as long as
        counting the reference did. Without `compare` there is nothing to do.
        """
        reference = self._reference
        if reference is None:
            return
        kept = self.adapters
        numbers = list(kept)
        places = sorted({round(p) for p in np.linspace(0, len(numbers) - 1, COUNTED).tolist()})
        for n in [numbers[place] for place in reversed(places)]:
            if n not in self._points:
                point = self._count(kept[n], reference)
                with self._lock:
                    self._points[n] = point
                yield n

    def _count(self, adapter: Adapter, reference: CountedTexts) -> PolicyPoint:
        counted = count_texts(
            AdaptedModel(self.model, adapter),
            self.model.encode(self.spec.prompt),
            self.spec.tokens,
            Totals(self.reward),
            low=reference.low,
            high=reference.high,
            temperature=self.spec.temperature,
        )
        return policy_point(self.model, counted, temperature=self.spec.temperature)

    @property
    def points(self) -> dict[int, PolicyPoint]:
        """What `count` has found, by n."""
        with self._lock:
            return dict(self._points)

    # What comes next

    def watch(self, prefix: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        """Show the next token's distribution after `prefix` (token ids, prompt included) instead, for every kept policy.

        Yields (policies read, policies in all) after each. What is read is shown at once, and `add` goes on with it.
        Raises at the first `next` what `LanguageModel.logits` raises, and then nothing changes.
        """
        watched = Watched(self.model, tuple(prefix), self.spec.temperature)
        _ = watched.reference  # a prefix that cannot be read takes nobody's place
        with self._lock:
            self._watched = watched
        # The newest first: it is what is looked at while a run is live.
        waiting = [n for n in reversed(self.adapters) if not watched.knows(n)]
        for done, n in enumerate(waiting, start=1):
            adapter = self.adapters.get(n)
            if self._watched is not watched:
                return  # another prefix was chosen meanwhile
            if adapter is not None:
                watched.read(n, adapter)
            yield done, len(waiting)

    def prefix(self, n: int, text: int, token: int) -> tuple[int, ...]:
        """What stands before token `token` of shown text `text` at n, as the picture sends it when one is clicked.

        Raises KeyError for what is not shown.
        """
        with self._lock:
            shown = self._texts.get(n, [])
        if not (0 <= text < len(shown) and 0 <= token < len(shown[text].tokens)):
            raise KeyError((n, text, token))
        return (*shown[text].prompt, *shown[text].tokens[:token])

    # As data

    def data(self) -> dict[str, Any]:
        """Everything, as JSON: numbers with four digits, null for what is not known; below 300 KB for 100 steps."""
        with self._lock:
            shots, texts = dict(self._shots), dict(self._texts)
            watched, frontier, points = self._watched, self._frontier, dict(self._points)
            policies, finished = len(self._adapters), self._finished
        table: dict[str, int] = {}
        return {
            "algorithm": ALGORITHMS[self.spec.algorithm].title,
            "model": self.model.name,
            "start": self.start or None,
            "score": self.name,
            "true": None if self.true is None else "true score",
            "batch": self.spec.texts,
            "beta": self.spec.beta,
            "steps": self.spec.steps,
            "finished": finished,
            "curves": _curves(shots),
            "messages": {str(n): shot.message for n, shot in shots.items() if shot.message},
            "prompt": list(self._prompt_pieces),
            "texts": {str(n): self._columns(some, table) for n, some in texts.items()},
            "pieces": list(table),
            "next": self._next(watched, policies),
            "plane": _plane(frontier, self._reference, points, self.spec.beta),
        }

    def _columns(self, texts: list[ShownText], table: dict[str, int]) -> dict[str, list[Any]]:
        """The texts of one policy; what each goes on from where that is not the same for all."""
        columns = _columns(texts, table)
        columns["names"] = [_named([*map(self.model.named, text.tokens)], table) for text in texts]
        if self.spec.prompts:
            columns["prompt"] = [_named(self.model.pieces(text.prompt), table) for text in texts]
        return columns

    def _next(self, watched: Watched, policies: int) -> dict[str, Any]:
        seen = watched.top(TOKENS)
        at = list(seen.probabilities)
        return {
            "prefix": self.model.decode(watched.prefix),
            "tokens": [self.model.named(token) for token in seen.tokens],
            "ids": list(seen.tokens),
            "ends": [token in self.model.end_tokens for token in seen.tokens],
            "reference": [*map(_short, seen.reference.tolist()), _short(seen.reference_rest)],
            "at": at,
            "p": [[*map(_short, seen.probabilities[n].tolist()), _short(seen.rest(n))] for n in at],
            "others": self.model.vocabulary_size - len(seen.tokens),
            "policies": policies,
        }


_CURVES = ("score", "error", "low", "high", "true", "true_error", "kl", "kl_error", "entropy", "length")


def _curves(shots: Mapping[int, _Shot]) -> dict[str, list[Any]]:
    curves: dict[str, list[Any]] = {"n": list(shots)}
    for name in _CURVES:
        curves[name] = [_short(getattr(shot.figures, name)) for shot in shots.values()]
    curves["seconds"] = [_short(shot.seconds) for shot in shots.values()]
    return curves


def _columns(texts: list[ShownText], table: dict[str, int]) -> dict[str, list[Any]]:
    """The texts of one policy, quantity by quantity. A piece is sent once, and named by its number: few words come often."""
    return {
        "pieces": [_named(text.pieces, table) for text in texts],
        "ended": [int(text.ended) for text in texts],
        "count": [text.count for text in texts],
        "score": [_short(text.score) for text in texts],
        "true": [_short(text.true) for text in texts],
        "advantage": [_short(text.advantage) for text in texts],
        "tuned": [_nats(text.tuned) for text in texts],
        "change": [None if text.change is None else _nats(text.change) for text in texts],
    }


def _named(pieces: Sequence[str], table: dict[str, int]) -> list[int]:
    return [table.setdefault(piece, len(table)) for piece in pieces]


def _plane(
    frontier: Frontier | None, reference: CountedTexts | None, points: Mapping[int, PolicyPoint], beta: float
) -> dict[str, Any] | None:
    if frontier is None or reference is None:
        return None
    best = optimum(reference, beta) if beta > 0 else None
    return {
        "kl": _list(frontier.kl),
        "reached": _list(frontier.reached),
        "bound": _list(frontier.bound),
        "optimum": None if best is None else {"kl": _short(best.kl), "score": _short(best.score)},
        "exact": [
            {"n": n, "kl": _short(p.kl), "score": _short(p.score), "bound": _short(p.bound)}
            for n, p in sorted(points.items())
        ],
    }


def _list(values: NDArray[np.float64]) -> list[float | None]:
    return [_short(value) for value in values.tolist()]


def _nats(values: tuple[float, ...]) -> list[float]:
    """Changes of log-probability, to a thousandth."""
    return [round(value, 3) + 0.0 for value in values]


def _short(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(f"{value:.4g}")
