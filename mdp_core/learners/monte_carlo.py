"""Monte Carlo control: on-policy, first-visit, epsilon-greedy, with a constant step size."""

from __future__ import annotations

from mdp_core.learners.agents import ActionValueAgent
from mdp_core.learners.choice import epsilon_greedy_value
from mdp_core.learners.experience import Episode


class MonteCarlo(ActionValueAgent):
    """Moves the first visit of every pair towards the return behind it (Sutton & Barto, sections 5.4 and 6.1).

    Behind the last step of a truncated episode the policy's average over the last state's actions stands in.
    """

    def episode(self) -> Episode:
        spec, experience, q = self.spec, self.experience, self.q
        state = experience.start()
        steps: list[tuple[int, int, float]] = []
        terminated = experience.terminal[state]
        while not terminated and len(steps) < spec.max_steps:
            action = self.choose(state)
            next_state, reward, terminated = experience.step(state, action)
            steps.append((state, action, reward))
            state = next_state
        g = 0.0
        if not terminated:
            g = epsilon_greedy_value(q[state], experience.allowed[state], spec.epsilon)
        first: dict[tuple[int, int], float] = {}
        for s, a, reward in reversed(steps):
            g = reward + spec.gamma * g
            first[s, a] = g  # an earlier visit overwrites a later one
        for (s, a), value in first.items():
            q[s][a] += spec.alpha * (value - q[s][a])
        return Episode(sum(reward for _, _, reward in steps), len(steps), terminated)
