// The rows of the player: which of them are shown, the loop that is drawn through them, and which one is lit.

import { find } from "../kit/dom.js";
import { walkThrough } from "./engine.js";

const ORDER = ["observe", "distribution", "draw", "act", "transition", "reward"];
const FEW = 4; // rows, up to which they are written larger

export class Rows {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.rows = Object.fromEntries(found(box, ".row[data-name]").map((row) => [row.dataset.name, row]));
    this.parts = found(box, "[data-for]"); // each for those rows that it names
    this.steps = Object.values(this.rows).filter((row) => row.dataset.phase); // the loop goes through these
    this.line = find(box, ".spine-line");
    this.phase = null;
    /** @type {import("./engine.js").Walk} */
    this.walk = [];
  }

  /** Show those rows that have these `names`. */
  show(names) {
    for (const [name, row] of Object.entries(this.rows)) row.hidden = !names.includes(name);
    const shown = this.steps.filter((row) => !row.hidden);
    this.walk = walkThrough(shown.map((row) => row.dataset.phase));
    this.box.classList.toggle("few", names.length <= FEW);
    for (const part of this.parts) part.hidden = part.dataset.for.split(" ").every((name) => this.rows[name].hidden);
  }

  /** Whether what was drawn may be told: where neither the draw nor the action has a row, it is to be guessed. */
  get tellDraw() {
    return !this.rows.draw.hidden || !this.rows.action.hidden;
  }

  /** The loop leads from the first of its rows down to the last, and back. */
  drawLoop() {
    const spines = this.steps.filter((row) => !row.hidden).map((row) => find(row, ".spine"));
    this.line.hidden = spines.length < 2;
    if (this.line.hidden) return;
    const top = this.line.parentElement.getBoundingClientRect().top;
    const [first, last] = [spines[0], spines.at(-1)].map((spine) => spine.getBoundingClientRect()).map((box) => (box.top + box.bottom) / 2 - top);
    Object.assign(this.line.style, { top: `${first}px`, height: `${last - first}px` });
  }

  /** Light the rows of `phase`; what has been told before it stays bright. All is bright where it is null. */
  light(phase) {
    if (this.phase === phase) return;
    this.phase = phase;
    this.box.classList.toggle("walking", phase !== null);
    for (const row of this.steps) {
      row.classList.toggle("lit", row.dataset.phase === phase);
      row.classList.toggle("told", phase !== null && ORDER.indexOf(row.dataset.phase) <= ORDER.indexOf(phase));
    }
  }
}

/** @param {HTMLElement} box @param {string} selector @returns {HTMLElement[]} */
function found(box, selector) {
  return [...box.querySelectorAll(selector)].map((element) => /** @type {HTMLElement} */ (element));
}
