// The button that saves a picture of an instrument. It stands beside the instrument's box: it is never in the picture, and the
// instrument's keys are not its own.

import { added, button, made, setAll, swallow } from "./dom.js";
import { icon } from "./icons.js";
import { pngOf } from "./photograph.js";

const CONTROLS = "button, input, select, textarea, a, summary";
const GAP = 2; // px between the button and what is an instrument's own

/** Offer a picture of `box`, which is called `name` in the files; `svg` takes it.
 *  @param {ShadowRoot} root @param {HTMLElement} box @param {string} name @param {() => string | Promise<string>} svg
 *  @param {AbortSignal} closing */
export function offerPicture(root, box, name, svg, closing) {
  const place = made("div", "keep");
  const said = added(place, "span", "said");
  said.setAttribute("role", "status");
  const opener = button("", () => open(menu.hidden), "open", { title: "Save picture" });
  opener.append(icon("picture"));
  const menu = made("div", "kinds");
  setAll(opener, { "aria-label": "Save picture", "aria-haspopup": "menu", "aria-expanded": "false" });
  setAll(menu, { role: "menu", "aria-label": "Save picture as" });
  menu.hidden = true;

  /** @param {boolean} on */
  const open = (on) => {
    menu.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
    if (on) /** @type {HTMLElement} */ (menu.firstElementChild).focus();
  };
  /** @param {string} kind @param {(svg: string) => Promise<Blob>} made */
  const saves = async (kind, made) => {
    open(false);
    opener.focus();
    try {
      download(await made(await svg()), `one-loop-${name}.${kind}`);
      said.textContent = `saved as ${kind.toUpperCase()}`;
    } catch {
      said.textContent = "This browser cannot draw the picture.";
    }
  };
  const kinds = [
    button("PNG", () => saves("png", pngOf)),
    button("SVG", () => saves("svg", async (svg) => new Blob([svg], { type: "image/svg+xml" }))),
  ];
  for (const kind of kinds) setAll(kind, { role: "menuitem", tabindex: -1 });
  menu.append(...kinds);
  place.append(opener, menu);

  place.addEventListener("keydown", (event) => {
    event.stopPropagation(); // C and R are Streamlit's keys
    if (menu.hidden) return;
    const at = kinds.indexOf(/** @type {HTMLButtonElement} */ (root.activeElement));
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) kinds.at(to % kinds.length)?.focus();
    else if (event.key === "Escape") {
      open(false);
      opener.focus();
    } else return;
    swallow(event);
  });
  place.addEventListener("focusout", (event) => {
    if (!place.contains(/** @type {Node | null} */ (event.relatedTarget))) open(false);
  });
  const settle = () => setAside(place, opener, box);
  box.addEventListener("pointerenter", settle, { signal: closing });
  place.addEventListener("focusin", settle);
  closing.addEventListener("abort", () => place.remove());
  box.before(place);
}

/** Move the button to the left of the instrument's own controls at the corner.
 *  @param {HTMLElement} place @param {HTMLElement} opener @param {HTMLElement} box */
function setAside(place, opener, box) {
  place.style.paddingRight = "0";
  const { left } = box.getBoundingClientRect();
  const size = opener.getBoundingClientRect();
  const controls = [...box.querySelectorAll(CONTROLS)]
    .map((control) => control.getBoundingClientRect())
    .filter(({ width, top, bottom }) => width > 0 && bottom > size.top - GAP && top < size.bottom + GAP)
    .sort((one, other) => other.right - one.right);
  let { right } = size;
  for (const control of controls) if (control.right > right - size.width - GAP && control.left < right + GAP) right = control.left - GAP;
  if (right - size.width >= left) place.style.paddingRight = `${size.right - right}px`;
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const link = made("a", "", "", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // a browser may ask its visitor first
}
