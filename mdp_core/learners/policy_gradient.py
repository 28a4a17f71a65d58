"""Policy gradient on a table of preferences: REINFORCE with baseline, one-step actor-critic (Sutton & Barto, ch. 13)."""

from __future__ import annotations

from abc import abstractmethod

from mdp_core.learners.agents import Agent, Rows, blank_rows
from mdp_core.learners.choice import draw, softmax_row
from mdp_core.learners.experience import Episode, Samples
from mdp_core.learners.spec import LearnerSpec


class PolicyGradientAgent(Agent):
    """pi(a | s) is the softmax of the preferences h(s, a); v(s) is learned beside it, both from 0."""

    def __init__(self, samples: Samples, spec: LearnerSpec, seed: int) -> None:
        super().__init__(samples, spec, seed)
        self.preferences = blank_rows(samples)
        self.v = [0.0] * samples.shape[0]
        # pi of the states whose preferences did not change since it was worked out.
        self._known: dict[int, list[float]] = {}

    @property
    def table(self) -> Rows:
        return self.preferences

    @abstractmethod
    def episode(self) -> Episode:
        """Live through one episode from its start to its end, learning."""

    def policy(self, state: int) -> list[float]:
        """[A], pi(. | s) now."""
        known = self._known.get(state)
        if known is None:
            known = self._known[state] = softmax_row(self.preferences[state])
        return known

    def choose(self, state: int) -> int:
        """An action of pi, drawn with the next uniform."""
        return draw(self.policy(state), next(self.experience.actions))

    def reinforce(self, state: int, action: int, step: float) -> None:
        """h(s, .) += step times the gradient of ln pi(a | s), which is 1 - pi(b | s) for b = a and -pi(b | s) beside it."""
        pi = self.policy(state)
        row = self.preferences[state]
        for b in self.experience.allowed[state]:
            row[b] -= step * pi[b]
        row[action] += step
        del self._known[state]


class Reinforce(PolicyGradientAgent):
    """REINFORCE with baseline (section 13.4). A truncated episode's return ends with the baseline of its last state."""

    def episode(self) -> Episode:
        spec, experience, v = self.spec, self.experience, self.v
        state = experience.start()
        steps: list[tuple[int, int, float]] = []
        terminated = experience.terminal[state]
        while not terminated and len(steps) < spec.max_steps:
            action = self.choose(state)
            next_state, reward, terminated = experience.step(state, action)
            steps.append((state, action, reward))
            state = next_state
        returns = []
        g = 0.0 if terminated else v[state]
        for _, _, reward in reversed(steps):
            g = reward + spec.gamma * g
            returns.append(g)
        discount = 1.0
        for (s, a, _), g in zip(steps, reversed(returns), strict=True):
            advantage = g - v[s]
            v[s] += spec.alpha_v * advantage
            self.reinforce(s, a, spec.alpha * discount * advantage)
            discount *= spec.gamma
        return Episode(sum(reward for _, _, reward in steps), len(steps), terminated)


class ActorCritic(PolicyGradientAgent):
    """One-step actor-critic (section 13.5). The last step of a truncated episode bootstraps like any other."""

    def episode(self) -> Episode:
        spec, experience, v = self.spec, self.experience, self.v
        state = experience.start()
        if experience.terminal[state]:
            return Episode(0.0, 0, True)
        total, discount = 0.0, 1.0
        for length in range(1, spec.max_steps + 1):
            action = self.choose(state)
            next_state, reward, terminated = experience.step(state, action)
            total += reward
            error = reward + (0.0 if terminated else spec.gamma * v[next_state]) - v[state]
            v[state] += spec.alpha_v * error
            self.reinforce(state, action, spec.alpha * discount * error)
            if terminated:
                return Episode(total, length, True)
            discount *= spec.gamma
            state = next_state
        return Episode(total, spec.max_steps, False)
