// What the browser is told to keep, as a cookie. Pure.

/** @typedef {{name: string, value: string, path: string, seconds: number, instead_of: string}} Keepsake */

/** The cookie to set, or null where there is nothing to say: what stands there already, or what another tab has said since.
 *  @param {Keepsake} keepsake @param {string} kept all cookies, as document.cookie has them @param {boolean} secure
 *  @returns {string | null} */
export function cookie({ name, value, path, seconds, instead_of }, kept, secure) {
  const now = kept.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  if (now === value || (!value && now !== instead_of)) return null;
  const rules = [`Path=${path}`, `Max-Age=${value ? seconds : 0}`, "SameSite=Strict", ...(secure ? ["Secure"] : [])];
  return [`${name}=${value}`, ...rules].join("; ");
}
