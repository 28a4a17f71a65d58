"""The script of the tour. To change the story, change this file: beats can be edited, left out and put in another order."""

from __future__ import annotations

from components.tour import answers
from components.tour.beat import Beat, Choice, Curve, Number
from components.tour.scenes.chances import Chances
from components.tour.scenes.growing import Growing
from components.tour.scenes.learning import Group, StandIn, Tuning
from components.tour.scenes.near_far import NearFar
from components.tour.scenes.run import Run, Tempered
from components.tour.scenes.sampled import Sampled
from components.tour.scenes.taste import Choices, Pair
from components.tour.scenes.way_back import WayBack
from components.tour.scenes.worth import CutOff, Worth
from mdp_core.scenarios import GridScenario, TextScenario

LAKE = GridScenario(world="lake")
MAZE = GridScenario(world="maze", policy="epsilon", epsilon=0.2)
CLIFF = GridScenario(world="cliff", policy="epsilon", epsilon=0.2)
POCKET = TextScenario(prompt="the movie was")
SHORT = TextScenario(prompt="the movie was", max_tokens=8)

SCRIPT: tuple[Beat, ...] = (
    Beat(
        name="score",
        title="A score, and no way back",
        says="A program writes a text, and somebody who reads it gives it a score. "
        "The program is made of numbers, and we would like to turn them so that the score goes up.",
        asks="How can it be found out which way to turn them?",
        how=Choice(
            (
                "Ask the reader which numbers were wrong",
                "Calculate backwards from the score, as is usual when machines learn",
                "Try texts, and see how they score",
            )
        ),
        scene=WayBack(),
        answer=answers.trying,
        names="Learning from a score that nobody can calculate back through: that is what reinforcement learning is for.",
        notes="Ask who has trained a network. There the error is a formula, and one can follow it back to every number. "
        "A person's stars are no formula. The lines under the picture are real: three attempts, two error messages.",
        lab="Why RL",
        wide=True,
    ),
    Beat(
        name="loop",
        title="Look, act, see what comes of it",
        says="A robot on a frozen lake looks where it stands, makes a move, and the lake answers: the ice is slippery. "
        "Then it looks again. It wants to reach +1 and fears the holes H.",
        asks="The shortest way has 6 moves. How many will it need?",
        how=Number(6, 60, 1, "moves"),
        scene=Run(grid=LAKE, meetings=((6, 0), (3, 0), (1, 0)), rows=("state", "action", "next"), asked=(), gamma=1.0),
        answer=answers.steps,
        names="The robot is the agent, the lake its environment. What it sees is the state, what it does the action, "
        "and round it goes: one loop.",
        notes="Let it play once through. Nothing else will happen in the next twenty minutes, only in richer words.",
        lab="Stage",
    ),
    Beat(
        name="reward",
        title="Mostly nothing",
        says="After every move the lake pays the robot a number.",
        asks="How many of its moves will pay something?",
        how=Choice(("All of them", "About half", "One, or none")),
        scene=Run(
            grid=LAKE,
            meetings=((6, 0), (3, 0), (4, 0)),
            rows=("state", "action", "reward", "next"),
            asked=("state", "action", "next"),
            gamma=1.0,
        ),
        answer=answers.paid,
        names="That number is the reward. There is not one worth having for every action: "
        "many right moves may have to come first.",
        notes="This is what makes it difficult: whoever is paid at the end does not know which move was the good one.",
        lab="Stage",
    ),
    Beat(
        name="draw",
        title="It is not a decision yet",
        says="In every place the robot has a table that says how likely it takes each move. "
        "This one mostly knows its way, and now and then tries something else.",
        asks="Which move will it make here?",
        how=Choice(("up", "right", "down", "left")),
        scene=Run(
            grid=MAZE,
            meetings=((1, 1), (6, 4), (9, 5)),
            rows=("state", "policy", "draw", "action"),
            asked=("state", "policy"),
        ),
        answer=answers.drawn,
        names="The table is the policy: a distribution over actions. The draw u, a number from 0 to 1, makes it an action.",
        notes="Nearly everybody takes the likeliest. It is not a decision yet: the draw makes it one. Step back and forth.",
        lab="Stage",
    ),
    Beat(
        name="transition",
        title="The world draws, too",
        says="The ice is slippery. The robot presses right.",
        asks="How likely does it really go right?",
        how=Number(0.0, 1.0, 0.01),
        scene=Chances("lake", "right", slips=(None, 0.2, 0.5)),
        answer=answers.landing,
        names="Where an action leads is the transition function: a distribution, as the policy is. "
        "The policy is the agent's, the transition the world's.",
        notes="Sample ten, then a thousand: the shares close in on the rules. Two functions, two draws, every step.",
        lab="MDP",
    ),
    Beat(
        name="trajectory",
        title="Add it up",
        says="Each move costs 1, and whoever falls off the cliff pays 100 and starts anew. "
        "The robot knows the short way along the edge, and tries something else in one move of five.",
        asks="All that it is paid on one walk, added up: how much is it?",
        how=Number(-400, 0, 1),
        scene=Run(
            grid=CLIFF,
            meetings=((11, 0), (5, 0), (13, 0)),
            rows=("state", "action", "reward", "sum"),
            asked=("state", "action"),
            gamma=1.0,
        ),
        answer=answers.added,
        names="A whole walk, with its states, actions and rewards, is a trajectory. What it is paid in all is its return.",
        notes="One number for a whole life. Everything that follows is about making this number large.",
        lab="Stage",
        wide=True,
    ),
    Beat(
        name="gamma",
        title="A way to look",
        says="Late rewards may count less: each step multiplies them by gamma, a number from 0 to 1. "
        "This walk is seen with gamma 1.00; now gamma becomes 0.50.",
        asks="What changes?",
        how=Choice(("The moves of the robot", "The rewards that it is paid", "Only how much a late reward counts")),
        scene=Run(
            grid=LAKE,
            meetings=((7, 0), (9, 0), (3, 0)),
            rows=("state", "rewards", "togo", "sum"),
            asked=("state", "action", "reward"),
            gamma=1.0,
        ),
        answer=answers.looked,
        names="Gamma, the discount factor, is a way to look at what happened. The return is the sum of discounted rewards.",
        notes="Drag gamma. The outlines are what was paid, what is filled is what counts. Nothing else moves.",
        lab="Stage",
    ),
    Beat(
        name="near",
        title="Near or far",
        says="A small reward is near, a large one is far. Somebody who wants the largest return must choose a side.",
        asks="From which gamma on is the long way the better one?",
        how=Number(0.0, 1.0, 0.01),
        scene=NearFar(((1.0, 2, 4.0, 10), (2.0, 3, 3.0, 8), (1.0, 1, 10.0, 12))),
        answer=answers.flipped,
        names="Gamma is the price of waiting. Whoever chooses it chooses what is best.",
        notes="Have the hall raise hands for 0.5, 0.8, 0.95. Then drag: the arrow turns where the curves cross.",
        lab="Return",
    ),
    Beat(
        name="objective",
        title="One walk is luck",
        says="This is the return of one walk on the lake, at gamma 0.90. The same robot may fall into a hole the next time.",
        asks="What is the mean return of a thousand walks?",
        how=Number(0.0, 1.0, 0.01),
        scene=Sampled(LAKE),
        answer=answers.mean,
        names="The objective is the expected return: the mean over all trajectories, good luck and bad. "
        "Reinforcement learning looks for the policy that makes it largest.",
        notes="The best walk is not the objective, and no walk needs to have the mean return.",
        lab="Return",
    ),
    Beat(
        name="value",
        title="Worth more than it pays",
        says="Whoever steps on A is paid 10 and thrown down to a; from there the robot goes on, for ever. "
        "B pays 5. Nothing pays more than 10. Gamma is 0.90.",
        asks="What is it worth to stand on A?",
        how=Number(0.0, 40.0, 0.5),
        scene=Worth(GridScenario(world="jumps"), cells=((0, 1), (0, 3), (2, 2))),
        answer=answers.worth,
        names="The value of a state is the return that can be expected from there on. It may exceed every reward.",
        notes="The numbers are those of Sutton and Barto's example 3.8: 24.4 at A.",
        lab="Learn",
    ),
    Beat(
        name="end",
        title="Over, or only out of sight",
        says="We stopped watching this walk after six moves. It has neither reached the goal nor fallen into a hole.",
        asks="What is the rest of it worth?",
        how=Choice(("Nothing: it is over", "As much as the place where it stands", "The next reward, and no more")),
        scene=CutOff(LAKE, cells=(), seeds=(7, 9, 12), limit=6, gamma=0.99),
        answer=answers.left,
        names="Terminated: the world is over, nothing follows. Truncated: only we stopped looking; the rest has a value.",
        notes="Programs mix these two up all the time, and then learn that stopping the clock is a catastrophe.",
        lab="Learn",
    ),
    Beat(
        name="writer",
        title="The same loop writes",
        says="A language model has such a loop, too: it reads a text, has a table that says how likely each next piece is, "
        "draws one, writes it, and reads again.",
        asks="In this loop, what is one action?",
        how=Choice(("The whole text", "A sentence", "One piece: a word, or a part of one", "A letter")),
        scene=Run(
            grid=LAKE,
            text=POCKET,
            meetings=((7, 0), (9, 1), (3, 2)),
            rows=("state", "policy", "draw", "action", "transition"),
            asked=("state", "policy"),
        ),
        answer=answers.written,
        names="The language model is the policy, the text so far the state, the next token the action. "
        "Appending it is the transition, and it is certain: P 1.",
        notes="Read the rows from left to right: a dictionary. Nothing here is a metaphor, it is the same code.",
        lab="Stage",
        wide=True,
    ),
    Beat(
        name="temperature",
        title="The dice stay",
        says="A language model has a knob, the temperature: at 0 the likeliest token is certain, at 2 nearly all are alike. "
        "It goes from 1.00 to 0.30.",
        asks="What does that change?",
        how=Choice(("The draws u", "The probabilities that they fall on", "Both")),
        scene=Tempered(text=POCKET, meetings=((7, 0), (11, 0), (5, 0)), rows=("state", "policy", "draw", "action")),
        answer=answers.diced,
        names="Temperature changes the policy, never the dice: the same u falls on pieces of other lengths.",
        notes="Drag the temperature slowly, and watch the mark: it stays where it is.",
        lab="Stage",
    ),
    Beat(
        name="expect",
        title="One score, at the very end",
        says="Only the finished text is scored, from −1 for harsh to 1 for friendly. And yet one can say, token by token, "
        "what score to expect: over all the ways in which it may go on.",
        asks="Draw it: the score to be expected after each token.",
        how=Curve(-1.0, 1.0),
        scene=Growing(SHORT, seeds=(12, 9, 7)),
        answer=answers.expected,
        names="One reward at the end, and still every token has a part in it: it moves the value of the text so far.",
        notes="The curve is counted, not guessed: Pocket is small enough to follow all its texts.",
        lab="Return",
    ),
    Beat(
        name="choice",
        title="You are the judge",
        says="Stars are hard to give, and everybody's mean something else. Of two texts, everybody can name the better one.",
        asks="Which one would you rather read?",
        how=Choice(("A", "B")),
        scene=Pair(POCKET, first=3),
        answer=answers.preferred,
        names="A choice between two texts is a preference. Thousands of them are the human feedback of RLHF.",
        notes="Let the hall vote. There is no right answer, and that is the point: here the goal comes from people.",
        lab="Score",
    ),
    Beat(
        name="model",
        title="A guess at what people like",
        says="Somebody has made 60 choices. A small model learns from them to score any text, so that the chosen one of "
        "each pair scores higher.",
        asks="Of 100 choices that it has never seen, how many will it foretell?",
        how=Number(0, 100, 1, "of 100"),
        scene=Choices(POCKET),
        answer=answers.foretold,
        names="It is a reward model: it stands in for the people who chose. It is not the truth, and they err, too.",
        notes="The dashed line is the most that anybody could reach: the rater does not always choose what it likes.",
        lab="Score",
    ),
    Beat(
        name="group",
        title="Better than what?",
        says="Four texts answer the same prompt, and all four score 0.80: very good.",
        asks="What does the policy learn from them?",
        how=Choice(("To write more like them", "Nothing", "To write less like them")),
        scene=Group(scores=((0.8,) * 4, (0.1,) * 4, (1.0,) * 4)),
        answer=answers.taught,
        names="What counts is the advantage: how much better a text did than its like. Equal scores teach nothing.",
        notes="Below is a group that differs. Its mean is 0.6: what is above becomes likelier, what is below less likely.",
        lab="Tune",
    ),
    Beat(
        name="policy",
        title="The policy moves",
        says="Now it is put together. In each of 30 steps, or updates, Pocket writes texts, each is scored for how friendly "
        "it sounds, and those that beat their like become likelier. What it was at first is kept: the reference.",
        asks="Draw it: the mean score over the steps.",
        how=Curve(-1.0, 1.0),
        scene=Tuning(),
        answer=answers.moved,
        names="This is a policy gradient: the score was never differentiated, only weighed what to make likelier.",
        notes="This is a real run, now, on this machine. Move the cursor over the steps and read the texts.",
        lab="Tune",
    ),
    Beat(
        name="goodhart",
        title="What was paid for, and what was meant",
        says="We mean a friendly text that does not repeat itself. We pay for something simpler that often comes with it: "
        "saying “wonderful”. The policy is free to go wherever that takes it.",
        asks="What becomes of what we meant?",
        how=Choice(("It rises too, to the end", "It rises, then it falls", "It falls from the start")),
        scene=StandIn(),
        answer=answers.gamed,
        names="A stand-in is worth following only near where it was made. A price, beta, on KL, the distance from where "
        "the policy began, keeps it there.",
        notes="A reward model is such a stand-in. The second run pays beta times KL, and stays where the score holds.",
        lab="Tune",
    ),
)

NAMES = tuple(beat.name for beat in SCRIPT)


def beat_of(name: str) -> Beat | None:
    """The beat of that name."""
    return next((beat for beat in SCRIPT if beat.name == name), None)
