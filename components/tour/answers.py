"""The answers: what a scene has found, as a word to the question. Every number in them is of the run on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from components.instruments.drawing.figures import digits, figure
from components.tour.beat import Answer
from components.tour.scenes.growing import Expected
from components.tour.scenes.near_far import Prospects
from components.tour.scenes.run import Seen
from components.tour.scenes.sampled import Returns
from components.tour.scenes.taste import Learned, Two
from components.tour.scenes.worth import Value
from mdp_core.returns import discounted_return

if TYPE_CHECKING:
    from mdp_core.rlhf.gradient_walk import Passed
    from mdp_core.rlhf.proxy_runs import ProxyRuns

Replies = dict[int, str]


def replying(replies: Replies) -> Callable[[Any], str]:
    """To a wrong option its own words."""
    return lambda guess: replies.get(guess, "")


def trying(passed: Passed) -> Answer:
    """How a program finds out which way to turn its numbers."""
    score, token = passed.back["score"], passed.back["token"]
    refused = [back for back in (token, score) if not back.works]
    because = (
        f"Of three attempts to calculate backwards, {len(refused)} end in an error: at the drawn word, and at the score. "
        "So texts are tried, and what scored well is made likelier."
    )
    return Answer(
        2,
        because,
        replying(
            {
                0: "Whoever reads can say how good it is, and not which of "
                f"{passed.forth.parameters:,} numbers made it so.",
                1: f"Calculating backwards stops at the reader: “{score.error}”." if not score.works else "",
            }
        ),
    )


def steps(seen: Seen) -> Answer:
    """How many moves the walk has."""
    n = len(seen.steps)
    return Answer(n, f"It took {n} moves, and it {seen.worlds[0]['ending']}: the ice decides, too.", near=2)


def paid(seen: Seen) -> Answer:
    """How many of the moves pay anything."""
    paying = sum(reward != 0 for reward in seen.rewards)
    n = len(seen.rewards)
    right = 0 if paying == n else 2 if paying <= 1 else 1
    return Answer(
        right, f"{paying} of {n} moves pays anything but 0." if paying == 1 else f"{paying} of {n} moves pay."
    )


def drawn(seen: Seen) -> Answer:
    """Which action the draw fell on: an option each for the robot's four."""
    step = seen.steps[seen.at]
    bars = step["bars"]
    likeliest = max(range(len(bars)), key=lambda i: bars[i]["p"])
    chosen = step["chosen"]
    name, p = bars[chosen]["name"], bars[chosen]["p"]
    reply = (
        f"That is the likeliest, p {figure(bars[likeliest]['p'])}. It is not a decision yet: the draw u makes it one."
    )
    because = f"The draw u {figure(step['u'])} falls on {name}, which has p {figure(p)}."
    return Answer(chosen, because, lambda guess: reply if guess == likeliest != chosen else "")


def landing(p: float) -> Answer:
    """How likely the robot goes where it wants."""
    because = f"It goes there with P {figure(p)}, and slips to a side or stays in the other {figure(1 - p)}."
    return Answer(
        p, because, lambda guess: "Pressing is the action; the floor has a say." if guess >= 0.9 else "", 0.05
    )


def added(seen: Seen) -> Answer:
    """The sum of all rewards."""
    total = sum(seen.rewards)
    worst = min(seen.rewards)
    return Answer(
        round(total, 2),
        f"{len(seen.rewards)} rewards, the lowest {digits(worst)}, add up to {digits(total, 4)}.",
        near=2.0,
    )


def looked(seen: Seen) -> Answer:
    """What gamma changes: nothing of what happened."""
    one, half = (float(discounted_return(seen.rewards, gamma)) for gamma in (1.0, 0.5))
    n = len(seen.rewards)
    kept = f"All {n} moves and all {n} rewards stay"
    because = f"{kept}; the return goes from {digits(one, 3)} at gamma 1.00 to {digits(half, 3)} at gamma 0.50."
    return Answer(
        2,
        because,
        replying(
            {
                0: "The robot never hears of gamma: drag it, and no move changes.",
                1: "What is paid is paid; gamma only says how much of a late payment counts.",
            }
        ),
    )


def flipped(prospects: Prospects) -> Answer:
    """At which gamma the far reward is worth as much as the near one."""
    near, far = prospects.near, prospects.far
    return Answer(
        prospects.flip,
        f"{digits(near.reward)} × gamma^{near.delay} = {digits(far.reward)} × gamma^{far.delay} "
        f"at gamma {figure(prospects.flip)}: above it the long way is worth it.",
        lambda guess: "Too patient." if guess < prospects.flip else "Too hasty.",
        near=0.03,
    )


def mean(returns: Returns) -> Answer:
    """The mean return of all walks."""
    found, best = float(returns.all.mean()), float(returns.all.max())

    def reply(guess: float) -> str:
        if guess >= best - 0.05:
            return f"That is about the best of them, {figure(best)}; the objective is the mean, bad luck included."
        if abs(guess - returns.first) < 0.02:
            return f"That is the first walk's {figure(returns.first)}, and one walk is luck."
        return ""

    because = (
        f"The mean of {len(returns.all):,} is {figure(found, 3)}; of all that there could be it is "
        f"{figure(returns.expected, 3)}."
    )
    return Answer(found, because, reply, near=0.05)


def worth(value: Value) -> Answer:
    """What a place is worth that pays `largest` at once."""
    because = f"v is {digits(value.value)}: what it pays now and, each step counted less, all that comes after."

    def reply(guess: float) -> str:
        if abs(guess - value.largest) < 1:
            return f"{digits(value.largest)} is what it pays at once; the robot goes on from there."
        return f"A value can exceed the largest reward, {digits(value.largest)}." if guess < value.largest else ""

    return Answer(value.value, because, reply, near=2.0)


def left(value: Value) -> Answer:
    """What the rest of a walk is worth that was cut off."""
    return Answer(
        1,
        f"Row {value.cell[0] + 1}, column {value.cell[1] + 1} is worth {figure(value.value)}, and that is the rest.",
        replying(
            {
                0: "Nothing ended there but our looking: the world would have gone on.",
                2: "The next reward alone is not the rest: everything that may still come counts.",
            }
        ),
    )


def written(seen: Seen) -> Answer:
    """What one action of a language model is."""
    text = next(world for world in seen.worlds if world["map"] is None)
    pieces = [step["piece"] for step in text["steps"]]
    n = len(pieces)
    whole = "".join(pieces).strip()
    first = next((piece.strip() for piece in pieces if piece.strip()), "")
    return Answer(
        2,
        f"{n} actions wrote “{whole}”; the first was “{first}”.",
        replying(
            {
                0: f"The whole text is the last state; it took {n} actions to come there.",
                1: f"It stops nowhere to think of a sentence: {n} times it chose the next piece.",
            }
        ),
    )


def diced(seen: Seen) -> Answer:
    """What the temperature changes: the probabilities, never the draws."""
    warm, cold = (world["steps"] for world in seen.worlds)
    n = min(len(warm), len(cold))
    same = sum(warm[t]["u"] == cold[t]["u"] for t in range(n))
    most = [max(bar["p"] for bar in steps[0]["bars"]) for steps in (warm, cold)]
    because = (
        f"{same} of the first {n} draws u are the same; the likeliest first token goes from p {figure(most[0])} "
        f"to p {figure(most[1])}."
    )
    return Answer(
        1,
        because,
        replying(
            {
                0: "The dice are not touched: the same u falls on a line whose pieces have other lengths.",
                2: "Only half of it: the same u falls on pieces of other lengths.",
            }
        ),
    )


def expected(found: Expected) -> Answer:
    """The curve of what can be expected, token by token."""
    changes = np.diff(found.values)
    at = int(np.abs(changes).argmax())
    piece = found.pieces[at + 1].strip() or "the end"
    because = (
        f"From {figure(found.values[0])} to {figure(found.values[-1])}; the one token “{piece}” moved it by "
        f"{figure(float(changes[at]))}."
    )
    return Answer(found.values, because, near=0.25)


def preferred(two: Two) -> Answer:
    """A question of taste."""
    return Answer(
        None,
        f"Nobody can say that this is wrong. A simulated reader who likes kind words, said once and briefly, takes A with "
        f"p {figure(two.chance)}.",
    )


def foretold(learned: Learned) -> Answer:
    """How many of a hundred new choices a reward model foretells."""
    n = len(learned.reward.examples)

    def reply(guess: float) -> str:
        if guess > learned.ceiling + 3:
            return f"Not even the taste itself would: whoever chooses errs, and {digits(learned.ceiling)} is the most."
        return "A coin would foretell 50." if guess < 55 else ""

    because = (
        f"Between new texts it foretells {learned.foretold:.0f} of 100; the taste behind the choices foretells "
        f"{learned.ceiling:.0f}. The picture counts fewer: within the {n} choices, those that it did not learn from."
    )
    return Answer(learned.foretold, because, reply, near=5.0)


def taught(advantages: list[float]) -> Answer:
    """What texts with equal scores teach."""
    largest = max(map(abs, advantages))
    return Answer(
        1,
        f"The largest advantage of the group is {figure(largest)}: none did better than its like, and nothing moves.",
        replying(
            {
                0: "A high score alone moves nothing: a text is compared with the others of its group.",
                2: "Only what is below its like is made less likely, and here nothing is.",
            }
        ),
    )


def moved(curve: list[float]) -> Answer:
    """The mean score over the steps of a tuning run."""
    went = f"From {figure(curve[0])} to {figure(curve[-1])} in {len(curve) - 1} steps"
    because = f"{went}, and nobody said which word is right."
    return Answer(tuple(curve), because, near=0.15)


def gamed(runs: ProxyRuns) -> Answer:
    """What becomes of what was meant, where nothing holds the policy that maximises a stand-in."""
    from mdp_core.rlhf.proxy_runs import turned

    start, best, end = turned(runs.points["loose"])
    noise = 0.1 * max(abs(best - end), abs(best - start), 1e-9)
    story = 0 if end >= best - noise and end > start else 1 if best > start + noise else 2
    held = turned(runs.points["held"])[2]
    because = (
        f"What was meant, as a mean over four steps: {figure(start)} at first, {figure(best)} at its best, "
        f"{figure(end)} at the end; "
        f"with beta {digits(runs.betas['held'])} it ends at {figure(held)}."
    )
    return Answer(story, because, replying({0: "The stand-in rises to the end; what it stood for does not."}))
