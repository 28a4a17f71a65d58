// What a key means in a talk. Pure.

/** @param {{key: string, talking: boolean, typing: boolean, blank: boolean, held: boolean}} press `held`: Ctrl, Alt or Meta is
 *  @returns {"next" | "back" | "blank" | "fill" | "leave" | "begin" | null} null where it is not the clicker's business */
export function meaning({ key, talking, typing, blank, held }) {
  if (held) return null;
  if (!talking) return !typing && key.toLowerCase() === "t" ? "begin" : null;
  if (key === "PageDown") return "next";
  if (key === "PageUp") return "back";
  if (["b", "B", "."].includes(key)) return "blank";
  if (key === "Escape") return blank ? "blank" : "leave";
  return ["f", "F"].includes(key) ? "fill" : null;
}
