// The card at a term: it comes where one points for a moment, or taps, and goes by itself.

import { numberIn } from "./engine.js";
import { termsIn } from "./marks.js";
import { BlockText, blockAround } from "./page_text.js";
import { numbersNow, titleOf, toldOf } from "./told.js";

const MOMENT = 350; // milliseconds of pointing before the card comes
const GRACE = 250; // and of leaving before it goes, so that the pointer can go over to it
const GAP = 6; // pixels between a term and its card
const EDGE = 8; // and between the card and the window's edge
const ACTS = "button, a, input, select, textarea, summary, canvas, [role=button], [role=radio], [role=slider], [role=tab]";

/** The innermost element at a place of the window, shadow roots and all.
 *  @param {number} x @param {number} y @returns {Element | null} */
function elementAt(x, y) {
  let element = document.elementFromPoint(x, y);
  while (element?.shadowRoot) {
    const inner = element.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === element) break;
    element = inner;
  }
  return element;
}

export class Card {
  /** @param {HTMLElement} element @param {import("./engine.js").Term[]} terms @param {import("./engine.js").Reader} reader
   *  @param {AbortSignal} closing */
  constructor(element, terms, reader, closing) {
    this.element = element;
    this.terms = terms;
    this.reader = reader;
    /** @type {Range | null} */
    this.at = null;
    this.timer = 0;
    const options = { signal: closing, capture: true };
    document.addEventListener("pointermove", (event) => this.moved(event), { ...options, passive: true });
    document.addEventListener("pointerdown", (event) => this.pressed(event), options);
    document.addEventListener("click", (event) => this.tapped(event), options);
    document.addEventListener("scroll", () => this.hide(), { ...options, passive: true });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.at) return;
      event.stopPropagation(); // it has done its work
      this.hide();
    }, options);
    window.addEventListener("resize", () => this.hide(), options);
    window.addEventListener("blur", () => this.hide(), { signal: closing });
    closing.addEventListener("abort", () => clearTimeout(this.timer));
  }

  /** @param {PointerEvent} event */
  moved(event) {
    if (event.pointerType === "touch") return;
    const { clientX: x, clientY: y } = event;
    clearTimeout(this.timer);
    if (event.buttons) return;
    if (this.at && this.isAt(x, y)) return;
    if (event.composedPath().includes(this.element)) return;
    this.timer = setTimeout(() => {
      const found = this.termAt(x, y);
      if (found) this.show(found);
      else this.hide();
    }, this.at ? GRACE : MOMENT);
  }

  /** @param {PointerEvent} event */
  pressed(event) {
    clearTimeout(this.timer);
    if (!event.composedPath().includes(this.element)) this.hide();
  }

  /** A tap on a term shows it; on what does something itself it does that.
   *  @param {MouseEvent} event */
  tapped(event) {
    const path = /** @type {Element[]} */ (event.composedPath().filter((at) => at instanceof Element));
    if (event.detail === 0 || path.includes(this.element) || path.some((at) => at.matches(ACTS))) return;
    const found = this.termAt(event.clientX, event.clientY);
    if (found) this.show(found);
  }

  /** @param {number} x @param {number} y */
  isAt(x, y) {
    return [...(this.at?.getClientRects() ?? [])].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
  }

  /** The term under the pointer, and what number stands behind it there.
   *  @param {number} x @param {number} y */
  termAt(x, y) {
    const element = elementAt(x, y);
    const block = element && blockAround(element);
    if (!block) return null;
    const text = new BlockText(block);
    for (const span of termsIn(this.reader, text)) {
      const range = text.rangeOf(span);
      const boxes = [...range.getClientRects()];
      if (!boxes.some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom)) continue;
      const rest = text.text.slice(span.end);
      const beside = rest.trim() || block.children.length ? "" : (block.nextElementSibling?.textContent ?? "");
      return { term: this.terms[span.term], range, number: numberIn(rest) || numberIn(beside) };
    }
    return null;
  }

  /** @param {{term: import("./engine.js").Term, range: Range, number: string}} found */
  show({ term, range, number }) {
    this.at = range;
    this.element.replaceChildren(titleOf(term, number || (numbersNow()[term.name] ?? "")), toldOf(term));
    if (!this.element.matches(":popover-open")) this.element.showPopover();
    const place = range.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = Math.min(Math.max(place.left, EDGE), innerWidth - width - EDGE);
    const below = place.bottom + GAP;
    const top = below + height + EDGE <= innerHeight ? below : Math.max(place.top - GAP - height, EDGE);
    Object.assign(this.element.style, { left: `${left}px`, top: `${top}px` });
  }

  hide() {
    clearTimeout(this.timer);
    if (!this.at) return;
    this.at = null;
    if (this.element.matches(":popover-open")) this.element.hidePopover();
  }
}
