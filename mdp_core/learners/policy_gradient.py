"""Policy gradient on a table of preferences: REINFORCE with baseline, one-step actor-critic (Sutton & Barto, ch. 13)."""

from __future__ import annotations

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

    def live(self, state: int) -> Episode:
        spec, v = self.spec, self.v
        walk = self.experience.walk(state, self.choose, spec.max_steps)
        returns = walk.returns(spec.gamma, 0.0 if walk.terminated else v[walk.last])
        discount = 1.0
        for (s, a, _), g in zip(walk.steps, returns, strict=True):
            advantage = g - v[s]
            v[s] += spec.alpha_v * advantage
            self.reinforce(s, a, spec.alpha * discount * advantage)
            discount *= spec.gamma
        return walk.episode


class ActorCritic(PolicyGradientAgent):
    """One-step actor-critic (section 13.5). The last step of a truncated episode bootstraps like any other."""

    def live(self, state: int) -> Episode:
        spec, experience, v = self.spec, self.experience, self.v
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
