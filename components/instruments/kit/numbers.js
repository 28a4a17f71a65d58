// Numbers for the eye.

/** `value` kept inside [low, high]; `fallback` for what is no number.
 *  @param {unknown} value @param {number} low @param {number} high */
export function clamp(value, low, high, fallback = low) {
  const number = Number(value);
  return Number.isFinite(number) ? Math.min(Math.max(number, low), high) : fallback;
}

/** A number for the eye: two decimals, a real minus sign, never "-0.00".
 *  @param {number} value */
export function figure(value, decimals = 2) {
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? "\u2212" : "") + text;
}

/** "p 0.13": the probability of what was drawn, which is never 0.
 *  @param {number} p */
export function chance(p) {
  return p > 0 && p < 5e-5 ? "p < 0.0001" : `p ${figure(p, p < 0.01 ? 4 : 2)}`;
}

/** A change for the eye: with its sign.
 *  @param {number} value */
export function signed(value, decimals = 2) {
  return (value > 0 ? "+" : "") + figure(value, decimals);
}

/** The larger a number, the fewer its decimals: none from `steps[0]` on, one from `steps[1]` on, and so on.
 *  @param {number} value @param {number[]} steps descending */
export function stepped(value, ...steps) {
  const decimals = steps.findIndex((step) => Math.abs(value) >= step);
  return figure(value, decimals < 0 ? steps.length : decimals);
}

/** A reward for the eye: as many decimals as it needs, at most two.
 *  @param {number} value */
export function amount(value) {
  return (value < 0 ? "\u2212" : "") + String(Math.round(Math.abs(value) * 100) / 100);
}

/** A value that fits on a cell.
 *  @param {number} value */
export function short(value) {
  const size = Math.abs(value);
  return size >= 1e6 ? `${figure(value / 1e6, 1)}M` : size >= 1e4 ? `${figure(value / 1e3, 0)}k` : stepped(value, 100, 10);
}

/** A number for a sentence: two or three digits that matter.
 *  @param {number} value */
export function digits(value) {
  const size = Math.abs(value);
  return size >= 1e6 ? (value < 0 ? "\u2212" : "") + size.toExponential(1) : stepped(value, 100, 10);
}

/** A number beside an axis: as many digits as it needs, at most four, and at most two of what is very small: there is no room
 *  for its zeros.
 *  @param {number} value */
export function tick(value) {
  const size = Math.abs(value);
  const tiny = size > 0 && size < 1e-3;
  const text = size >= 1e5 ? size.toExponential(0) : tiny ? Number(size.toPrecision(2)).toExponential() : String(Number(size.toPrecision(4)));
  return (value < 0 ? "\u2212" : "") + text;
}

/** A whole number written small, below the line: "12" -> "₁₂".
 *  @param {number} n */
export function lowered(n) {
  return String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
}

/** The same above the line.
 *  @param {number} n */
export function raised(n) {
  return String(n).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
}
