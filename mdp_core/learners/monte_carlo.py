"""Monte Carlo control: on-policy, first-visit, epsilon-greedy, with a constant step size."""

from __future__ import annotations

from mdp_core.learners.agents import ActionValueAgent
from mdp_core.learners.choice import epsilon_greedy_value
from mdp_core.learners.experience import Episode


class MonteCarlo(ActionValueAgent):
    """Moves the first visit of every pair towards the return behind it (Sutton & Barto, sections 5.4 and 6.1).

    Behind the last step of a truncated episode the policy's average over the last state's actions stands in.
    """

    def live(self, state: int) -> Episode:
        spec, experience, q = self.spec, self.experience, self.q
        walk = experience.walk(state, self.choose, spec.max_steps)
        rest = 0.0
        if not walk.terminated:
            rest = epsilon_greedy_value(q[walk.last], experience.allowed[walk.last], spec.epsilon)
        first: dict[tuple[int, int], float] = {}
        for (s, a, _), g in zip(walk.steps, walk.returns(spec.gamma, rest), strict=True):
            first.setdefault((s, a), g)
        for (s, a), g in first.items():
            q[s][a] += spec.alpha * (g - q[s][a])
        return walk.episode
