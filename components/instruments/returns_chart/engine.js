// The engine of the chart of returns: numbers in, numbers out, so that Node can test it on the same cases as Python's
// functions. Payments are stretches of equal reward: rewards[p] is r_{t+1} of trajectory rows[p], starts[p] <= t < stops[p].

/** @typedef {{count: number, rows: ArrayLike<number>, starts: ArrayLike<number>, stops: Iterable<number> & ArrayLike<number>,
 *    rewards: ArrayLike<number>}} Payments */

/** 0, 1, 1 + gamma, ..., the sums of the first n discounts for n = 0..steps; 0^0 is 1.
 *  @param {number} steps @param {number} gamma */
export function summedDiscounts(steps, gamma) {
  const sums = new Float64Array(steps + 1);
  let discount = 1;
  for (let t = 0; t < steps; t += 1) {
    sums[t + 1] = sums[t] + discount;
    discount *= gamma;
  }
  return sums;
}

/** G_0 of every trajectory.
 *  @param {Payments} payments @param {number} gamma */
export function returnsOf(payments, gamma) {
  const { count, rows, starts, stops, rewards } = payments;
  let steps = 0;
  for (const stop of stops) if (stop > steps) steps = stop;
  const sums = summedDiscounts(steps, gamma);
  const returns = new Float64Array(count);
  for (let p = 0; p < rewards.length; p += 1) returns[rows[p]] += rewards[p] * (sums[stops[p]] - sums[starts[p]]);
  return returns;
}

/** The mean of the first n returns for every n in `at`, ascending, and half of its 95 % interval; null for one return.
 *  @param {ArrayLike<number>} returns @param {number[]} at */
export function runningMeans(returns, at) {
  const shift = returns[0];
  const mean = [];
  const half = [];
  let [sum, squares, n] = [0, 0, 0];
  for (const stop of at) {
    for (; n < stop; n += 1) {
      const off = returns[n] - shift;
      sum += off;
      squares += off * off;
    }
    const middle = sum / n;
    mean.push(shift + middle);
    half.push(n > 1 ? 1.959963984540054 * Math.sqrt(Math.max(squares - n * middle * middle, 0) / (n - 1) / n) : null);
  }
  return { mean, half };
}

/** At most `points` counts from 1 to n, evenly spread on a logarithmic scale, n the last.
 *  @param {number} n @param {number} points */
export function checkpoints(n, points) {
  const at = new Set([n]);
  for (let i = 0; i < points; i += 1) at.add(Math.round(Math.pow(n, i / (points - 1))));
  return [...at].sort((a, b) => a - b);
}

/** How many returns fall into each of `bins` equal parts of [low, high]; the upper edge counts to the last, what lies
 *  outside to none.
 *  @param {Iterable<number>} returns @param {number} low @param {number} high @param {number} bins
 *  @returns {number[]} */
export function histogram(returns, low, high, bins) {
  const counts = new Array(bins).fill(0);
  for (const value of returns) {
    if (value < low || value > high) continue;
    counts[Math.min(Math.floor(((value - low) / (high - low || 1)) * bins), bins - 1)] += 1;
  }
  return counts;
}

/** [smallest, largest] of the returns at the given gammas, 0 always inside: a scale that stays while gamma is dragged.
 *  @param {Payments} payments @param {number[]} gammas */
export function reach(payments, gammas) {
  let [low, high] = [0, 0];
  for (const gamma of gammas) {
    for (const value of returnsOf(payments, gamma)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** A table over gamma 0, 1/n, ..., 1 at any gamma, straight between its entries.
 *  @param {number[]} table @param {number} gamma */
export function between(table, gamma) {
  const place = gamma * (table.length - 1);
  const i = Math.min(Math.floor(place + 1e-9), table.length - 1);
  const share = Math.max(place - i, 0);
  return share < 1e-9 ? table[i] : table[i] * (1 - share) + table[i + 1] * share;
}

/** Where a word of `half` its width may stand that belongs at `at`, so that no upright line crosses it: there, else right of
 *  the lines about it, else left of them.
 *  @param {number} at @param {number} half @param {number[]} lines @param {number} width of the picture */
export function besideLines(at, half, lines, width) {
  if (!lines.some((line) => Math.abs(line - at) < half)) return at;
  const about = lines.filter((line) => Math.abs(line - at) < 3 * half);
  const right = Math.max(...about) + half;
  return right + half <= width ? right : Math.min(...about) - half;
}
