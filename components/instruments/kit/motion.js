// What moves from frame to frame.

/** One frame of a glide: `value` after `dt` ms on its way to `target`, slowing down with time constant `tau` ms;
 *  exactly `target` once nothing can be seen any more. The same path at any frame rate.
 *  @param {number} value @param {number} target @param {number} dt @param {number} tau */
export function approach(value, target, dt, tau) {
  if (!(tau > 0)) return target;
  const next = target + (value - target) * Math.exp(-dt / tau);
  return Math.abs(next - target) < 5e-4 * Math.max(1, Math.abs(target)) ? target : next;
}

/** Who asked for no motion: `matches` says so, and changes. */
export const reduced = () => window.matchMedia("(prefers-reduced-motion: reduce)");
