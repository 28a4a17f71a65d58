"""Returns: rewards in, numbers out. rewards[t] is r_{t+1}; every function works on the last axis of the array.

Several episodes may stand one behind the other on that axis. `terminated[t]` says that the episode was over in s_{t+1}:
nothing behind it counts. `truncated[t]` says that it was only cut there: the value of s_{t+1} stands in for the rest. The
end of the array is such a cut, unless `terminated` says otherwise; where a step is marked as both, it terminated.
Wherever gamma may be an array it holds one discount a step, `gamma[t]` in [0, 1] for everything behind r_{t+1}: a 0 ends
the episode just as `terminated` does.
"""

from __future__ import annotations

import operator

import numpy as np
from numpy.typing import ArrayLike, NDArray


def check_gamma(gamma: float) -> None:
    """Raises ValueError unless `gamma` is in [0, 1]."""
    if not 0.0 <= gamma <= 1.0:
        raise ValueError(f"gamma must be in [0, 1], not {gamma}")


def _rewards(rewards: ArrayLike) -> NDArray[np.float64]:
    r = np.asarray(rewards, dtype=np.float64)
    if r.ndim == 0:
        raise ValueError("rewards must be an array with one place a step, not a single number")
    return r


def _per_step(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """`value` as an array of the rewards' shape."""
    try:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), shape)
    except ValueError:
        raise ValueError(f"{name} of shape {np.shape(value)} does not fit rewards of shape {shape}") from None


def _fractions(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """`value` as an array of the rewards' shape, every entry in [0, 1]."""
    result = _per_step(name, value, shape)
    if not np.all((result >= 0.0) & (result <= 1.0)):
        raise ValueError(f"{name} must be in [0, 1], not {value!r}")
    return result


def _flags(name: str, value: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = _per_step(name, False if value is None else value, shape) != 0
    return flags


def _discount(gamma: ArrayLike, terminated: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The discount of every step, 0 where the episode terminated."""
    return np.where(_flags("terminated", terminated, shape), 0.0, _fractions("gamma", gamma, shape))


def _cuts(truncated: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where no later step of the same episode follows in the array, though the episode may have gone on."""
    cuts = _flags("truncated", truncated, shape)
    cuts[..., -1:] = True
    return cuts


def _backwards(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """x_t = a_t + b_t x_{t+1} along the last axis, x_T = 0."""
    result = np.empty(a.shape)
    following = np.zeros(a.shape[:-1])
    for t in range(a.shape[-1] - 1, -1, -1):
        following = a[..., t] + b[..., t] * following
        result[..., t] = following
    return result


def discounts(n: int, gamma: float) -> NDArray[np.float64]:
    """[n], gamma^0 to gamma^(n-1); 0^0 is 1, so gamma = 0 keeps the first reward."""
    check_gamma(gamma)
    return np.power(gamma, np.arange(n, dtype=np.float64))


def discounted_return(rewards: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[..., T] -> [...]: G_0 = sum_t gamma^t r_{t+1} (Sutton & Barto, eq. 3.8); 0 for no rewards."""
    r = _rewards(rewards)
    result: NDArray[np.float64] = r @ discounts(r.shape[-1], gamma)
    return result


def returns_to_go(
    rewards: ArrayLike,
    gamma: ArrayLike,
    *,
    next_values: ArrayLike = 0.0,
    terminated: ArrayLike | None = None,
    truncated: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """[..., T] -> [..., T]: G_t = r_{t+1} + gamma G_{t+1} (Sutton & Barto, eq. 3.9).

    Behind a cut G_{t+1} is `next_values[t]` = v(s_{t+1}), 0 unless given; behind a terminated step it is 0.
    Raises ValueError if gamma leaves [0, 1] or an array does not fit the rewards.
    """
    return lambda_returns(rewards, next_values, gamma, 1.0, terminated=terminated, truncated=truncated)


def lambda_returns(
    rewards: ArrayLike,
    next_values: ArrayLike,
    gamma: ArrayLike,
    lambda_: ArrayLike,
    *,
    terminated: ArrayLike | None = None,
    truncated: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """[..., T] -> [..., T]: G_t = r_{t+1} + gamma ((1 - lambda) v(s_{t+1}) + lambda G_{t+1}) (Sutton & Barto, eq. 12.18).

    `next_values[t]` is v(s_{t+1}); with q(s_{t+1}, a_{t+1}) in its place this is Sarsa's lambda-return (eq. 12.19).
    `lambda_` in [0, 1], one for all or one a step: 0 gives one-step targets, 1 the whole return. Behind a cut all weight
    lies on `next_values[t]`.
    Raises ValueError if gamma or lambda leaves [0, 1] or an array does not fit the rewards.
    """
    r = _rewards(rewards)
    discount = _discount(gamma, terminated, r.shape)
    weight = np.where(_cuts(truncated, r.shape), 0.0, _fractions("lambda", lambda_, r.shape))
    v = _per_step("next_values", next_values, r.shape)
    return _backwards(r + discount * (1.0 - weight) * v, discount * weight)


def n_step_returns(
    rewards: ArrayLike,
    next_values: ArrayLike,
    gamma: ArrayLike,
    n: int,
    *,
    terminated: ArrayLike | None = None,
    truncated: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """[..., T] -> [..., T]: G_{t:t+n} = r_{t+1} + ... + gamma^{n-1} r_{t+n} + gamma^n v(s_{t+n}) (Sutton & Barto, eq. 7.1).

    `next_values[t]` is v(s_{t+1}). Where the episode is cut before n steps are over, its last next value is bootstrapped.
    Raises ValueError if n < 1, gamma leaves [0, 1] or an array does not fit the rewards.
    """
    if operator.index(n) < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    r = _rewards(rewards)
    discount = _discount(gamma, terminated, r.shape)
    cuts = _cuts(truncated, r.shape)
    v = _per_step("next_values", next_values, r.shape)
    result = r + discount * v
    for _ in range(min(n, r.shape[-1]) - 1):
        following = np.zeros(r.shape)
        following[..., :-1] = result[..., 1:]
        result = r + discount * np.where(cuts, v, following)
    return result


def td_errors(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    gamma: ArrayLike,
    *,
    terminated: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """[..., T] -> [..., T]: delta_t = r_{t+1} + gamma v(s_{t+1}) - v(s_t) (Sutton & Barto, eq. 6.5).

    `values[t]` is v(s_t), `next_values[t]` is v(s_{t+1}); with action values in their places these are the errors of
    Sarsa, Expected Sarsa and Q-learning (see `mdp_core.learners.next_values`).
    Raises ValueError if gamma leaves [0, 1] or an array does not fit the rewards.
    """
    r = _rewards(rewards)
    target = r + _discount(gamma, terminated, r.shape) * _per_step("next_values", next_values, r.shape)
    result: NDArray[np.float64] = target - _per_step("values", values, r.shape)
    return result


def gae(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    gamma: ArrayLike,
    lambda_: ArrayLike,
    *,
    terminated: ArrayLike | None = None,
    truncated: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """[..., T] -> [..., T], generalised advantage estimates: A_t = delta_t + gamma lambda A_{t+1}.

    `delta_t` are the `td_errors`; behind a terminated or truncated step and behind the array A is 0. A truncated step
    still bootstraps v(s_{t+1}) in its delta, a terminated one does not. A_t + v(s_t) is the lambda-return.
    (Schulman et al. 2016, eq. 16.) `lambda_` in [0, 1], one for all or one a step.
    Raises ValueError if gamma or lambda leaves [0, 1] or an array does not fit the rewards.
    """
    r = _rewards(rewards)
    deltas = td_errors(r, values, next_values, gamma, terminated=terminated)
    weight = np.where(_cuts(truncated, r.shape), 0.0, _fractions("lambda", lambda_, r.shape))
    return _backwards(deltas, _discount(gamma, terminated, r.shape) * weight)


# Off-policy: the steps were taken by another policy, mu; ratios[t] is pi(a_t | s_t) / mu(a_t | s_t)


def retrace(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    ratios: ArrayLike,
    gamma: ArrayLike,
    lambda_: ArrayLike = 1.0,
    *,
    terminated: ArrayLike | None = None,
    truncated: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """[..., T] -> [..., T], Retrace(lambda), what q(s_t, a_t) should learn of pi from steps of mu (Munos et al. 2016, eq. 3
    with the traces of Retrace): G_t = r_{t+1} + gamma (v(s_{t+1}) + c_{t+1} (G_{t+1} - q(s_{t+1}, a_{t+1}))), where c is
    lambda min(1, pi / mu).

    `values[t]` is q(s_t, a_t) of the action that was taken, `next_values[t]` is v(s_{t+1}) = sum_a pi(a | s_{t+1})
    q(s_{t+1}, a), see `mdp_core.learners.expected_sarsa_value`. A ratio cuts what lies behind its own action only, so that
    the first one does not count. Behind a cut all weight lies on `next_values[t]`.
    Raises ValueError if gamma or lambda leaves [0, 1], a ratio is negative or not finite, or an array does not fit.
    """
    r = _rewards(rewards)
    c = _fractions("lambda", lambda_, r.shape) * np.minimum(1.0, _ratios(ratios, r.shape))
    following = np.zeros(r.shape)
    following[..., :-1] = c[..., 1:]
    errors = gae(r, values, next_values, gamma, following, terminated=terminated, truncated=truncated)
    return errors + _per_step("values", values, r.shape)


def vtrace(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    ratios: ArrayLike,
    gamma: ArrayLike,
    lambda_: ArrayLike = 1.0,
    *,
    clip_rho: float = 1.0,
    clip_c: float = 1.0,
    terminated: ArrayLike | None = None,
    truncated: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """[..., T] -> [..., T], V-trace, what v(s_t) should learn of pi from steps of mu (Espeholt et al. 2018, IMPALA, eq. 1
    and remarks 1 and 2): v_t = v(s_t) + rho_t delta_t + gamma c_t (v_{t+1} - v(s_{t+1})).

    delta_t are the `td_errors`, rho_t = min(clip_rho, pi / mu) and c_t = lambda min(clip_c, pi / mu): `clip_rho` says which
    policy's values are learned, `clip_c` how far a surprise is heard. Both may be infinite. Where pi is mu these are the
    lambda-returns. Behind a cut all weight lies on `next_values[t]`.
    Raises ValueError if gamma or lambda leaves [0, 1], a ratio is negative or not finite, a clip is negative, or an array
    does not fit.
    """
    if not (clip_rho >= 0 and clip_c >= 0):
        raise ValueError(f"clips must not be negative, not {clip_rho} and {clip_c}")
    r = _rewards(rewards)
    ratio = _ratios(ratios, r.shape)
    deltas = td_errors(r, values, next_values, gamma, terminated=terminated)
    c = np.where(_cuts(truncated, r.shape), 0.0, _fractions("lambda", lambda_, r.shape) * np.minimum(clip_c, ratio))
    errors = _backwards(np.minimum(clip_rho, ratio) * deltas, _discount(gamma, terminated, r.shape) * c)
    return errors + _per_step("values", values, r.shape)


def _ratios(value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """`value` as an array of the rewards' shape, every entry a finite number from 0."""
    result = _per_step("ratios", value, shape)
    if not np.all((result >= 0.0) & np.isfinite(result)):
        raise ValueError(f"ratios must be finite and not negative, not {value!r}")
    return result
