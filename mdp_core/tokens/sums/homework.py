"""What Sums has read: a class's homework. Some pupils write every place under the sum, most guess, and all make slips.

    17+25=7+5=12, 1+2+1=4: 42      place by place, units first, and a colon before the answer
    17+25=: 41                     a guess

A model that imitates the class is right as often as the class is, and that is now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdp_core.tokens.sums.problems import problem, steps


@dataclass(frozen=True)
class Class:
    """How the class works."""

    digits: tuple[float, ...] = (0.15, 0.5, 0.35)  # shares of problems with numbers of 1, 2, 3 digits
    guessing: float = 0.7  # share of texts without a place written down
    lucky: float = 0.1  # of guesses that are right
    slip: float = 0.08  # of each place that is written down: the carry is forgotten, or it is one too many or too few

    def sample(self, rng: np.random.Generator) -> tuple[str, str]:
        """(the problem, what a pupil writes under it), without blanks."""
        digits = 1 + int(rng.choice(len(self.digits), p=self.digits))
        low = 10 ** (digits - 1) if digits > 1 else 0
        a, b = (int(n) for n in rng.integers(low, 10**digits, size=2))
        return problem(a, b), self.guess(a, b, rng) if rng.random() < self.guessing else self.worked_out(a, b, rng)

    def guess(self, a: int, b: int, rng: np.random.Generator) -> str:
        """An answer without steps: near, and seldom right."""
        if rng.random() < self.lucky:
            return f":{a + b}"
        off = int(rng.integers(1, 10)) * (10 ** int(rng.integers(0, len(str(a + b)))))
        return f":{max(a + b + (off if rng.random() < 0.5 else -off), 0)}"

    def worked_out(self, a: int, b: int, rng: np.random.Generator) -> str:
        """Every place, units first, as the pupil goes on from it, slips included."""
        written, digits, carried, places = [], "", 0, steps(a, b)
        for i, (x, y, _) in enumerate(places):
            total = x + y + carried
            if rng.random() < self.slip:
                total = max(total + int(rng.choice((-1, 1))), 0)
            written.append(f"{x}+{y}{'+1' if carried else ''}={total}")
            digits = (str(total) if i == len(places) - 1 else str(total % 10)) + digits
            carried = int(total >= 10)
        return f"{','.join(written)}:{digits}"
