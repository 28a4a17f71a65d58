// A curve through places 0 to n - 1, drawn by hand: arrays in, arrays out.

/** The curve after the hand went from place `from` at height `a` to place `to` at height `b`: every place on the way is set.
 *  Places may lie between whole numbers, and the hand may go either way.
 *  @param {(number | null)[]} curve @param {number} from @param {number} a @param {number} to @param {number} b */
export function drawn(curve, from, a, to, b) {
  const last = curve.length - 1;
  const [first, second] = from <= to ? [from, to] : [to, from];
  const [begin, end] = [Math.max(Math.round(first), 0), Math.min(Math.round(second), last)];
  return curve.map((y, i) => {
    if (i < begin || i > end) return y;
    const share = from === to ? 1 : Math.min(Math.max((i - from) / (to - from), 0), 1);
    return a + share * (b - a);
  });
}

/** The curve without gaps: between two places that were drawn a straight line, before the first and behind the last level.
 *  null where nothing was drawn.
 *  @param {(number | null)[]} curve @returns {number[] | null} */
export function filled(curve) {
  const known = curve.flatMap((y, i) => (y === null ? [] : [{ i, y }]));
  if (!known.length) return null;
  return curve.map((y, i) => {
    if (y !== null) return y;
    const before = known.filter((one) => one.i < i).at(-1);
    const after = known.find((one) => one.i > i);
    if (!before || !after) return /** @type {{y: number}} */ (before ?? after).y;
    return before.y + ((i - before.i) / (after.i - before.i)) * (after.y - before.y);
  });
}

/** How far two curves are apart, on average over the places that both have.
 *  @param {number[]} one @param {number[]} other */
export function apart(one, other) {
  const n = Math.min(one.length, other.length);
  if (!n) return 0;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += Math.abs(one[i] - other[i]);
  return sum / n;
}
