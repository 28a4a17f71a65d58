// Numbers for the eye.

/** `value` kept inside [low, high]; `fallback` for what is no number. */
export function clamp(value, low, high, fallback = low) {
  const number = Number(value);
  return Number.isFinite(number) ? Math.min(Math.max(number, low), high) : fallback;
}

/** A number for the eye: two decimals, a real minus sign, never "-0.00". */
export function figure(value, decimals = 2) {
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? "\u2212" : "") + text;
}

/** A reward for the eye: as many decimals as it needs, at most two. */
export function amount(value) {
  return (value < 0 ? "\u2212" : "") + String(Math.round(Math.abs(value) * 100) / 100);
}

/** A whole number written small, below or above the line: "12" -> "₁₂" or "¹²". */
export function lowered(n) {
  return String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
}

export function raised(n) {
  return String(n).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
}
