// Scales and the marks on them. Pure.

/** [low, high] of everything finite in `lists`, with `room` of its span on either side; never without a span: one below `least`
 *  is none.
 *  @param {Iterable<ArrayLike<number | null>>} lists @returns {[number, number]} */
export function extent(lists, room = 0.06, least = 1e-6) {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (const value of Array.from(list)) {
      if (value === null || !Number.isFinite(value)) continue;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  if (!(low <= high)) return [0, 1];
  if (high - low < least) return [low - 0.5, high + 0.5];
  return [low - room * (high - low), high + room * (high - low)];
}

/** Round numbers inside [low, high], about `wanted` of them, and two at least: one alone is no scale.
 *  @param {number} low @param {number} high @param {number} wanted @returns {number[]} */
export function marks(low, high, wanted) {
  const rough = (high - low) / Math.max(wanted, 1);
  if (!(rough > 0)) return [low];
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const steps = [10, 5, 2, 1, 0.5, 0.2, 0.1].map((m) => m * power);
  const fitting = steps.filter((s) => s >= rough * 0.999).length - 1;
  /** @param {number} step */
  const inside = (step) => {
    const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
    return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  };
  return steps.slice(fitting).map(inside).find((found) => found.length > 1) ?? inside(steps[fitting]);
}
