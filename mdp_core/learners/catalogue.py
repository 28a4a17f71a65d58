"""The learners by name: what each is called, the update it makes, which parameters it listens to, where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TRACES = ("replacing", "accumulating", "dutch")


@dataclass(frozen=True)
class Learner:
    """One algorithm as a page shows it. `parameters` are fields of `LearnerSpec`; all others leave it unmoved."""

    title: str
    formula: str  # LaTeX
    says: str  # one sentence: what it moves, towards what
    parameters: tuple[str, ...]  # beside gamma, episodes, max_steps, seed and agents, which all of them take
    source: str  # where Sutton & Barto (2nd ed., 2018) give the algorithm
    traces: tuple[str, ...] = ()  # the eligibility traces it may be given; none: lambda does not apply


LEARNERS: Mapping[str, Learner] = MappingProxyType(
    {
        "monte_carlo": Learner(
            title="Monte Carlo control",
            formula=r"Q(S_t,A_t) \leftarrow Q(S_t,A_t) + \alpha\,[\,G_t - Q(S_t,A_t)\,]",
            says="Waits for the episode's end, then moves the first visit of every pair towards the return behind it.",
            parameters=("alpha", "epsilon"),
            source="sections 5.4 and 6.1 (on-policy, first-visit, epsilon-greedy, constant alpha)",
        ),
        "sarsa": Learner(
            title="Sarsa",
            formula=r"Q(S_t,A_t) \leftarrow Q(S_t,A_t) + \alpha\,[\,R_{t+1} + \gamma\,Q(S_{t+1},A_{t+1}) - Q(S_t,A_t)\,]",
            says="Moves towards the value of the action that it takes next, exploration included.",
            parameters=("alpha", "epsilon", "lambda_", "traces"),
            source="section 6.4; Sarsa(lambda) 12.7; dutch traces: True Online Sarsa(lambda) 12.7",
            traces=TRACES,
        ),
        "expected_sarsa": Learner(
            title="Expected Sarsa",
            formula=r"Q(S_t,A_t) \leftarrow Q(S_t,A_t) + \alpha\,\Big[\,R_{t+1} + \gamma \sum_a \pi(a\mid S_{t+1})\,"
            r"Q(S_{t+1},a) - Q(S_t,A_t)\,\Big]",
            says="Moves towards the average over the actions that its policy might take next.",
            parameters=("alpha", "epsilon", "lambda_", "traces"),
            source="section 6.6; with traces 12.9 (eq. 12.28, on-policy)",
            traces=("replacing", "accumulating"),
        ),
        "q_learning": Learner(
            title="Q-learning",
            formula=r"Q(S_t,A_t) \leftarrow Q(S_t,A_t) + \alpha\,[\,R_{t+1} + \gamma \max_a Q(S_{t+1},a) - Q(S_t,A_t)\,]",
            says="Moves towards the value of the best next action, whatever it takes itself.",
            parameters=("alpha", "epsilon", "lambda_", "traces"),
            source="section 6.5; with traces Watkins's Q(lambda), 12.10",
            traces=("replacing", "accumulating"),
        ),
        "reinforce": Learner(
            title="REINFORCE with baseline",
            formula=r"\theta \leftarrow \theta + \alpha\,\gamma^t\,[\,G_t - \hat v(S_t)\,]\,"
            r"\nabla\ln\pi(A_t\mid S_t,\theta)",
            says="Waits for the episode's end, then makes the actions that did better than expected more likely.",
            parameters=("alpha", "alpha_v"),
            source="section 13.4, policy: softmax of a table of preferences (eq. 13.2)",
        ),
        "actor_critic": Learner(
            title="One-step actor-critic",
            formula=r"\theta \leftarrow \theta + \alpha\,\gamma^t\,[\,R_{t+1} + \gamma\,\hat v(S_{t+1}) - \hat v(S_t)\,]\,"
            r"\nabla\ln\pi(A_t\mid S_t,\theta)",
            says="Moves the preferences after every step, by the surprise of a critic that learns beside them.",
            parameters=("alpha", "alpha_v"),
            source="section 13.5, policy: softmax of a table of preferences (eq. 13.2)",
        ),
    }
)
