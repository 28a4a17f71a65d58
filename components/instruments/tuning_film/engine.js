// The engine of the tuning picture: numbers in, numbers and words out, so that Node can test it. n is the number of updates
// that a policy has had; a film knows some of them, in ascending order.

import { digits } from "../kit/numbers.js";

/** @typedef {{run: string, n: number, following: boolean}} Cursor
 *  @typedef {{run: string, first: number, newest: number}} Range */

/** Where the cursor stands once `film` {run, first, newest} has come: a new run is looked at from its newest policy, the
 *  same one follows the newest only where the visitor does.
 *  @param {Cursor | undefined} cursor @param {Range} film @returns {Cursor} */
export function followed(cursor, film) {
  if (!cursor || cursor.run !== film.run) return { run: film.run, n: film.newest, following: true };
  if (cursor.following) return { ...cursor, n: film.newest };
  return { ...cursor, n: Math.min(Math.max(cursor.n, film.first), film.newest) };
}

/** The cursor after the visitor has gone to `n`: at the newest policy, it goes on with what comes.
 *  @param {Cursor} cursor @param {number} n @param {Range} film @returns {Cursor} */
export function moved(cursor, n, film) {
  const to = Math.min(Math.max(n, film.first), film.newest);
  return { ...cursor, n: to, following: to >= film.newest };
}

/** The last of the ascending `numbers` that is not above `n`; the first where all are; undefined where there is none.
 *  @param {number[]} numbers @param {number} n */
export function known(numbers, n) {
  let found = numbers[0];
  for (const number of numbers) if (number <= n) found = number;
  return found;
}

/** An SVG path through the points; one without a number is left out, and the line broken there.
 *  @param {number[]} xs @param {number[]} ys */
export function line(xs, ys) {
  let path = "";
  let pen = "M";
  xs.forEach((x, i) => {
    if (!Number.isFinite(ys[i])) pen = "M";
    else {
      path += `${pen}${x.toFixed(1)} ${ys[i].toFixed(1)}`;
      pen = "L";
    }
  });
  return path;
}

/** An SVG path around what lies between the two curves.
 *  @param {number[]} xs @param {number[]} lows @param {number[]} highs */
export function between(xs, lows, highs) {
  const there = xs.map((_, i) => i).filter((i) => Number.isFinite(lows[i]) && Number.isFinite(highs[i]));
  if (!there.length) return "";
  const point = (/** @type {number} */ i, /** @type {number[]} */ ys) => `${xs[i].toFixed(1)} ${ys[i].toFixed(1)}`;
  return `M${[...there.map((i) => point(i, highs)), ...there.reverse().map((i) => point(i, lows))].join("L")}Z`;
}

/** The texts of one policy, one after the other: they come quantity by quantity.
 *  @param {Record<string, any[]>} columns @returns {any[]} */
export function rowsOf(columns) {
  return columns.pieces.map((_, i) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]])));
}

/** The change that is drawn full: nine of ten of `values` are not larger; at least a twentieth of a nat.
 *  @param {number[]} values */
export function full(values) {
  const sizes = values.map(Math.abs).sort((a, b) => a - b);
  return Math.max(sizes[Math.floor(0.9 * (sizes.length - 1))] ?? 0, 0.05);
}

/** How a change of log-probability is drawn: which way, and how strongly, in [0, 1]. Next to nothing has no way.
 *  @param {number} value @param {number} scale */
export function tone(value, scale) {
  const strength = Math.min(Math.abs(value) / scale, 1);
  return { way: strength < 0.04 ? 0 : Math.sign(value), strength };
}

/** A change of log-probability as a factor of the probability, in words.
 *  @param {number} nats */
export function times(nats) {
  const factor = Math.exp(Math.abs(nats));
  if (factor < 1.005) return "as likely as";
  const said = factor < 10 ? factor.toFixed(2) : factor < 1000 ? factor.toFixed(0) : "over a thousand";
  return nats > 0 ? `${said} times as likely as` : `${said} times less likely than`;
}

/** The height of the frontier above divergence `kl`, straight between its points; null outside of them.
 *  @param {{kl: number[], reached: number[]}} curve @param {number} kl */
export function frontierAt(curve, kl) {
  const { kl: at, reached } = curve;
  if (!(kl >= 0) || kl > at[at.length - 1]) return null;
  const i = Math.max(at.findIndex((value) => value >= kl), 1);
  const width = at[i] - at[i - 1];
  const share = width > 0 ? (kl - at[i - 1]) / width : 1;
  return reached[i - 1] + share * (reached[i] - reached[i - 1]);
}

/** How many policies a second are played: all of the run in about twelve seconds, and never slower than two.
 *  @param {number} policies */
export function pace(policies) {
  return Math.max(policies / 12, 2);
}

/** The policy at place `i` of the curves in one sentence. Only where the curves are `drawn` it speaks of KL and entropy: where
 *  they are not, nobody may have met them yet.
 *  @param {any} film @param {number} i */
export function sentence(film, i, drawn = true) {
  const { curves, plane } = film;
  const n = curves.n[i];
  const begun = film.start ? `“${film.start}”` : "Before the first update";
  const who = n === 0 ? begun : n === 1 ? "After 1 update" : `After ${n} updates`;
  const said = (/** @type {string} */ name, /** @type {string} */ error) => `${digits(curves[name][i])} ± ${digits(curves[error][i])}`;
  const best = plane && drawn ? frontierAt(plane, Math.max(curves.kl[i], 0)) : null;
  const parts = [`mean ${film.score} ${said("score", "error")}${best === null ? "" : ` of ${digits(best)} possible at this KL`}`];
  if (film.true) parts.push(`${film.true} ${said("true", "true_error")}`);
  if (drawn) parts.push(`KL ${said("kl", "kl_error")} nats a text`, `entropy ${digits(curves.entropy[i])} nats a token`);
  parts.push(`length ${digits(curves.length[i])} tokens`);
  return `${who}: ${parts.join(", ")}.`;
}
