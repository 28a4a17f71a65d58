// The player's engine: numbers in, numbers out. It knows no document, no clock and no colour, so Node can test it on the
// same cases as the Python functions. rewards[t] is r_{t+1}, as everywhere in this project.

/** gamma^0 .. gamma^(n-1); 0^0 is 1, so gamma = 0 keeps the first reward.
 *  @param {number} n @param {number} gamma */
export function discounts(n, gamma) {
  return Array.from({ length: n }, (_, t) => Math.pow(gamma, t));
}

/** gamma^t r_{t+1} for every t.
 *  @param {number[]} rewards @param {number} gamma */
export function discountedRewards(rewards, gamma) {
  return rewards.map((reward, t) => Math.pow(gamma, t) * reward);
}

/** G_0 = sum_t gamma^t r_{t+1}; 0 for no rewards.
 *  @param {number[]} rewards @param {number} gamma */
export function discountedReturn(rewards, gamma) {
  return rewards.reduceRight((following, reward) => reward + gamma * following, 0);
}

/** G_t = r_{t+1} + gamma G_{t+1} for every t, with nothing after the last reward.
 *  @param {number[]} rewards @param {number} gamma @returns {number[]} */
export function returnsToGo(rewards, gamma) {
  const result = new Array(rewards.length);
  let following = 0;
  for (let t = rewards.length - 1; t >= 0; t -= 1) {
    following = rewards[t] + gamma * following;
    result[t] = following;
  }
  return result;
}

/** The largest |G_t| that any gamma in [0, 1] can give: the scale of a picture that must not jump while gamma is dragged.
 *  @param {number[]} rewards */
export function largestReturn(rewards) {
  let largest = 0;
  for (const gamma of [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]) {
    for (const value of returnsToGo(rewards, gamma)) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/** G_0 written out: the first `limit` terms whose reward is not zero, how many more there are, and the whole sum.
 *  @param {number[]} rewards @param {number} gamma @param {number} limit */
export function sumTerms(rewards, gamma, limit) {
  const paid = rewards.map((reward, t) => ({ t, reward })).filter((term) => term.reward !== 0);
  return { terms: paid.slice(0, limit), hidden: Math.max(paid.length - limit, 0), total: discountedReturn(rewards, gamma) };
}

/** @typedef {{phase: string, begin: number, next: boolean}[]} Walk the phases of one step in slow motion: name, the share of
 *  the step at which it begins, and whether it already looks at the next state: while the eye is on that, the distribution
 *  glides to the next step's. */

/** @type {[string, number, boolean?][]} a phase, and how much of a step it takes */
const LASTS = [
  ["observe", 0.08],
  ["distribution", 0.2],
  ["draw", 0.2],
  ["act", 0.12],
  ["transition", 0.16],
  ["reward", 0.12],
  ["observe", 0.12, true],
];

/** The walk through those phases that are `told`; they share the whole step.
 *  @param {string[]} told @returns {Walk} */
export function walkThrough(told) {
  const kept = LASTS.filter(([phase]) => told.includes(phase));
  const whole = kept.reduce((sum, [, lasts]) => sum + lasts, 0);
  let begun = 0;
  return kept.map(([phase, lasts, next = false]) => {
    const begin = begun / whole;
    begun += lasts;
    return { phase, begin, next };
  });
}

/** What is lit at `share` in [0, 1) of a step.
 *  @param {number} share @param {Walk} walk of one phase at least */
function litAt(share, walk) {
  return walk.reduce((lit, part) => (share >= part.begin - 1e-9 ? part : lit));
}

/** What is on the Stage at position `p` (a step and a share of it), for a run of `length` steps.
 *  at: the step whose numbers are shown (`length`: the end); phase: which part of the loop is lit, null where all of it is
 *  (at rest, or too fast to follow); drawn, acted, moved: whether u has fallen, a_t is taken, the agent stands in s_{t+1}.
 *  @param {number} p @param {number} length @param {Walk} walk the phases to walk through; none where it is too fast */
export function scene(p, length, walk) {
  const t = Math.min(Math.floor(p + 1e-9), length);
  const share = p - t;
  if (!walk.length || t >= length || share <= 1e-6) return { at: t, phase: null, drawn: true, acted: true, moved: false };
  const { phase, next } = litAt(share, walk);
  if (next) return { at: t + 1, phase, drawn: false, acted: false, moved: false };
  const told = ["draw", "act", "transition", "reward"].indexOf(phase);
  return { at: t, phase, drawn: told >= 0, acted: told >= 1, moved: told >= 2 };
}
