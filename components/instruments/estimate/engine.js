// The engine of the estimate: numbers in, numbers out, so that Node can test it against Python's own. Everything that
// depends on the baseline b is a polynomial of it: c[0] - 2 b c[1] + b^2 c[2].

/** The root of such a polynomial, never of less than 0.
 *  @param {number[]} c @param {number} b */
export function lengthAt(c, b) {
  return Math.sqrt(Math.max(c[0] - 2 * b * c[1] + b * b * c[2], 0));
}

/** The cosine of the angle between an estimate and the exact gradient; 0 where one of them is 0.
 *  @param {number[]} product @param {number[]} lengths @param {number} length @param {number} b */
export function cosine(product, lengths, length, b) {
  const size = lengthAt(lengths, b) * length;
  return size > 0 ? (product[0] - b * product[1]) / size : 0;
}

/** The numbers of an estimate: R / n - b D / n.
 *  @param {number[][]} estimate @param {number} b */
export function estimated(estimate, b) {
  const [drawn, drift] = estimate;
  return drawn.map((value, i) => value - b * drift[i]);
}

/** The index of the count nearest to `share` of the way from the first to the last, on a logarithmic scale.
 *  @param {number[]} counts @param {number} share */
export function nearest(counts, share) {
  const wanted = Math.log(counts[0]) + share * Math.log(lastOf(counts) / counts[0]);
  let best = 0;
  counts.forEach((n, i) => {
    if (Math.abs(Math.log(n) - wanted) < Math.abs(Math.log(counts[best]) - wanted)) best = i;
  });
  return best;
}

/** Where a count lies on that way, in [0, 1].
 *  @param {number[]} counts @param {number} i */
export function share(counts, i) {
  return Math.log(counts[i] / counts[0]) / (Math.log(lastOf(counts) / counts[0]) || 1);
}

/** The slope of log error over log size, by least squares, over the sizes of which there are at least `blocks`; null where
 *  an error is 0 or there are too few of them.
 *  @param {number[]} sizes @param {number[]} errors @param {number} blocks */
export function slope(sizes, errors, blocks) {
  const used = sizes.map((n, i) => i).filter((i) => sizes[i] * blocks <= lastOf(sizes));
  if (used.length < 2 || used.some((i) => !(errors[i] > 0))) return null;
  const x = used.map((i) => Math.log(sizes[i]));
  const y = used.map((i) => Math.log(errors[i]));
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const up = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return up / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

/** How many times as many texts are needed without a baseline for the same expected error.
 *  @param {number[]} variance @param {number} b */
export function gain(variance, b) {
  const [without, including] = [lengthAt(variance, 0) ** 2, lengthAt(variance, b) ** 2];
  return including > 0 ? without / including : 1;
}

/** Powers of ten inside [low, high], and, where there are fewer than three, 2 and 5 times them.
 *  @param {number} low @param {number} high */
export function powers(low, high) {
  const found = (/** @type {number[]} */ parts) => {
    const list = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e += 1) {
      for (const part of parts) {
        const value = Number((part * 10 ** e).toPrecision(6));
        if (value >= low * 0.999 && value <= high * 1.001) list.push(value);
      }
    }
    return list;
  };
  const tens = found([1]);
  return tens.length >= 3 ? tens : found([1, 2, 5]);
}

/** @param {number[]} values */
function lastOf(values) {
  return values[values.length - 1];
}
