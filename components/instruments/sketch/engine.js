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

/** A box in a picture: left, top, right, bottom. @typedef {[number, number, number, number]} Box */

const GAP = 6; // between a line and its name

/** The box of a name, `wide` and `high`, beside its `line`: inside the `frame`, on none of the `lines` and none of the `taken`
 *  boxes; rather behind than before, rather above than below. Where there is no such place, as near to the line's end as can be.
 *  Lines are points [x, y] from left to right.
 *  @param {number[][]} line @param {number} wide @param {number} high @param {Box} frame @param {number[][][]} lines
 *  @param {Box[]} taken @returns {Box} */
export function beside(line, wide, high, frame, lines, taken) {
  const [first, last] = [line[0][0], line[line.length - 1][0]];
  /** @type {Box[]} */
  const places = [1, 0.85, 0.7, 0.5, 0.3, 0.15, 0].flatMap((share) => {
    const middle = first + share * (last - first);
    const left = Math.max(Math.min(middle - wide / 2, frame[2] - wide), frame[0]);
    const [above, below] = within(line, left, left + wide) ?? [line[0][1], line[0][1]];
    return [above - GAP - high, below + GAP].map((top) => /** @type {Box} */ ([left, top, left + wide, top + high]));
  });
  const inside = places.filter((box) => box[1] >= frame[1] && box[3] <= frame[3]);
  const free = inside.find(([left, top, right, bottom]) => {
    const crossed = lines.some((other) => {
      const [above, below] = within(other, left, right) ?? [Infinity, -Infinity];
      return above < bottom + 1 && below > top - 1;
    });
    return !crossed && !taken.some((box) => box[0] < right && box[2] > left && box[1] < bottom && box[3] > top);
  });
  return free ?? inside[0] ?? places[0];
}

/** How far up and down a line goes between two places; null where it does not come there.
 *  @param {number[][]} line @param {number} left @param {number} right @returns {[number, number] | null} */
function within(line, left, right) {
  const heights = line.flatMap(([x, y], i) => {
    const seen = x >= left && x <= right ? [y] : [];
    if (!i) return seen;
    const [x0, y0] = line[i - 1];
    const edges = [left, right].filter((edge) => edge > x0 && edge < x);
    return [...seen, ...edges.map((edge) => y0 + ((edge - x0) / (x - x0)) * (y - y0))];
  });
  return heights.length ? [Math.min(...heights), Math.max(...heights)] : null;
}
