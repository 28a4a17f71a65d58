// All icons, drawn: a machine without a font for symbols shows them, too. Each on a square of 16, in the colour of its text.

import { shape } from "./dom.js";

const ICONS = {
  first: "M2 2h2.5v12H2zM14 2v12L5.5 8z",
  back: "M12 2v12L3 8z",
  play: "M4 2v12l9-6z",
  pause: "M3 2h3.5v12H3zM9.5 2H13v12H9.5z",
  last: "M11.5 2H14v12h-2.5zM2 2v12l8.5-6z",
  live: "M8 3a5 5 0 1 0 .01 0z",
  away: "M8 3a5 5 0 1 0 .01 0zm0 1.6a3.4 3.4 0 1 1-.01 0z",
  warning: "M8 1 16 15H0zM7.2 5.5v5h1.6v-5zm0 6.2v1.6h1.6v-1.6z",
  star: "M8 .8l2.1 4.9 5.3.4-4.1 3.4 1.3 5.2L8 11.9l-4.6 2.8 1.3-5.2L.6 6.1l5.3-.4z",
  picture: "M5.5 2.5h5l1 1.5H15v9.5H1V4h3.5zM8 5.2a3.3 3.3 0 1 0 .01 0zm0 1.5a1.8 1.8 0 1 1-.01 0z",
  caret: "M8 2l6.5 12h-13z",
};

/** A new icon. It says nothing by itself: the words beside it, or the label of its button, do.
 *  @param {keyof typeof ICONS} name @returns {SVGElement} */
export function icon(name) {
  const svg = shape(document.createElement("span"), "svg", { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" });
  shape(svg, "path", { d: ICONS[name], "fill-rule": "evenodd" });
  return svg;
}

/** Show an icon and `text` in `element`, and name it `label`; nothing happens where both are there already.
 *  @param {Element} element @param {keyof typeof ICONS} name @param {string} [text] @param {string} [label] */
export function showIcon(element, name, text = "", label) {
  if (element.firstElementChild?.classList.contains(`icon-${name}`) && element.textContent?.trim() === text) return;
  element.replaceChildren(icon(name), ...(text ? [` ${text}`] : []));
  if (label) element.setAttribute("aria-label", label);
}

/** Put the icons into a page of HTML: each in front of what the element says that names it.
 *  @param {ParentNode} root */
export function placeIcons(root) {
  for (const element of root.querySelectorAll("[data-icon]")) {
    element.prepend(icon(/** @type {keyof typeof ICONS} */ (element.getAttribute("data-icon"))));
  }
}
