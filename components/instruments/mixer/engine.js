// What a drag does to a distribution, and where a draw falls. Pure.

/** `p` after its bar `i` was dragged to `value`: the others share what is left in the proportions of `p`, equally where
 *  they had nothing. The result sums to 1.
 *  @param {number[]} p @param {number} i @param {number} value */
export function mixed(p, i, value) {
  const wanted = p.length === 1 ? 1 : Math.min(Math.max(value, 0), 1);
  const others = p.reduce((sum, x, k) => (k === i ? sum : sum + x), 0);
  return p.map((x, k) => {
    if (k === i) return wanted;
    return others > 0 ? (x / others) * (1 - wanted) : (1 - wanted) / (p.length - 1);
  });
}

/** The index of the stretch of the stacked bar on which `u` in [0, 1) falls; never one of width 0.
 *  @param {number[]} p @param {number} u */
export function landing(p, u) {
  let edge = 0;
  let last = 0;
  for (let k = 0; k < p.length; k += 1) {
    if (p[k] > 0) last = k;
    edge += p[k];
    if (u < edge && p[k] > 0) return k;
  }
  return last;
}
