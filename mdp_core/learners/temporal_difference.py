"""One-step control: Sarsa, Expected Sarsa and Q-learning, as Sutton & Barto write them (sections 6.4 to 6.6)."""

from __future__ import annotations

from abc import abstractmethod

from mdp_core.learners.agents import ActionValueAgent
from mdp_core.learners.choice import epsilon_greedy_value
from mdp_core.learners.experience import Episode


class Sarsa(ActionValueAgent):
    """Bootstraps the action that it takes next.

    A truncated episode has no next action: there the policy's average over the actions stands in for it, which is what
    the action would be worth on average and takes no draw.
    """

    def live(self, state: int) -> Episode:
        spec, experience, q = self.spec, self.experience, self.q
        alpha, gamma = spec.alpha, spec.gamma
        action = self.choose(state)
        total = 0.0
        for length in range(1, spec.max_steps + 1):
            next_state, reward, terminated = experience.step(state, action)
            total += reward
            row = q[state]
            if terminated:
                row[action] += alpha * (reward - row[action])
                return Episode(total, length, True)
            if length == spec.max_steps:
                bootstrap = epsilon_greedy_value(q[next_state], experience.allowed[next_state], spec.epsilon)
                row[action] += alpha * (reward + gamma * bootstrap - row[action])
                break
            next_action = self.choose(next_state)
            row[action] += alpha * (reward + gamma * q[next_state][next_action] - row[action])
            state, action = next_state, next_action
        return Episode(total, spec.max_steps, False)


class _Bootstrapping(ActionValueAgent):
    """The loop of the two that need no next action: act, look at s', update."""

    @abstractmethod
    def value(self, state: int) -> float:
        """What stands for the rest of the episode from `state` on."""

    def live(self, state: int) -> Episode:
        spec, experience, q, value, choose = self.spec, self.experience, self.q, self.value, self.choose
        alpha, gamma = spec.alpha, spec.gamma
        total = 0.0
        for length in range(1, spec.max_steps + 1):
            action = choose(state)
            next_state, reward, terminated = experience.step(state, action)
            total += reward
            row = q[state]
            if terminated:
                row[action] += alpha * (reward - row[action])
                return Episode(total, length, True)
            row[action] += alpha * (reward + gamma * value(next_state) - row[action])
            state = next_state
        return Episode(total, spec.max_steps, False)


class ExpectedSarsa(_Bootstrapping):
    """Bootstraps the average over its own epsilon-greedy policy."""

    def value(self, state: int) -> float:
        return epsilon_greedy_value(self.q[state], self.experience.allowed[state], self.spec.epsilon)


class QLearning(_Bootstrapping):
    """Bootstraps the best action, while it explores."""

    def value(self, state: int) -> float:
        return max(self.q[state])
