// Rewards, discounted rewards and return-to-go, drawn on canvas: both follow the hand on gamma in its frame.

import { penOf, shade } from "../kit/canvas.js";
import { made } from "../kit/dom.js";
import { amount, clamp, figure } from "../kit/numbers.js";
import { discountedReturn, sumTerms } from "./engine.js";

const QUIET = "#8a94a3"; // readable on both grounds
const MOST_TERMS = 3;

export class Chart {
  constructor(canvas, goTo) {
    this.canvas = canvas;
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      goTo(Math.floor(((event.clientX - box.left) / box.width) * this.span));
    });
    this.span = 1;
  }

  /** `reading`: the marked step's number in words. `bars`: numbers by t, filled. `outlines`: the same undiscounted. `ghost`: dashed, from step `since` on. `scale`: the
   *  largest magnitude. `span`: how many steps the clock has. `at`: the step to mark. */
  draw({ bars, outlines, ghost, since, scale, span, at, colours, reading, label }) {
    const { canvas } = this;
    this.span = Math.max(span, 1);
    const { pen, size, width, height } = penOf(canvas, colours.font, "600");
    if (!width) return;
    const all = [...bars, ...(outlines || []), ...(ghost || [])];
    const negative = all.some((value) => value < 0);
    const positive = all.some((value) => value > 0) || !negative;
    const room = height - 6;
    const zero = 3 + (positive && negative ? room / 2 : positive ? room : 0);
    const reach = (positive && negative ? room / 2 : room) / (scale || 1);
    const slot = width / this.span;
    const wide = Math.max(Math.min(slot * 0.72, 34), 1);
    pen.fillStyle = colours.panel;
    pen.fillRect(at * slot, 0, Math.max(slot, 2), height);
    /** @returns {[number, number, number, number]} */
    const rectangle = (value, t) => [t * slot + (slot - wide) / 2, zero - Math.max(value, 0) * reach, wide, Math.max(Math.abs(value) * reach, value ? 1.5 : 0)];
    bars.forEach((value, t) => {
      pen.fillStyle = value < 0 ? colours.loss : colours.reward;
      pen.fillRect(...rectangle(value, t));
    });
    pen.lineWidth = 1.5;
    pen.strokeStyle = colours.ink;
    (outlines || []).forEach((value, t) => value && pen.strokeRect(...rectangle(value, t)));
    if (ghost) {
      pen.setLineDash([4, 3]);
      pen.strokeStyle = QUIET;
      ghost.forEach((value, t) => value && t >= since && pen.strokeRect(...rectangle(value, t)));
      pen.setLineDash([]);
    }
    pen.fillStyle = colours.line;
    pen.fillRect(0, zero - 0.5, width, 1);
    this.write(pen, reading, at * slot, width, size, zero > height / 2 ? size : height - 4, colours);
    canvas.setAttribute("aria-label", label);
  }

  /** The number of the marked step, beside its mark. */
  write(pen, reading, x, width, size, y, colours) {
    const room = pen.measureText(reading).width + 8;
    const left = clamp(x, 0, width - room);
    pen.fillStyle = colours.ground;
    shade(pen, 0.8, left, y - size + 1, room, size + 3);
    pen.fillStyle = colours.ink;
    pen.fillText(reading, left + 4, y);
  }
}

/** G_0 written out into `output`, with as many of its terms as there is room for. */
export function writeSum(output, world, gamma) {
  if (!world.ending) return output.replaceChildren(made("span", "formula", "not known yet")); // nothing is rolled out
  const total = discountedReturn(world.rewards, gamma);
  const result = made("b", total < 0 ? "negative" : "", `= ${figure(total, 3)}`);
  const formula = made("span", "formula", "");
  output.replaceChildren(formula, result);
  if (world.ghost) output.append(made("span", "old", `before ${figure(discountedReturn(world.ghost.rewards, gamma), 3)}`));
  let limit = MOST_TERMS;
  do {
    writeTerms(formula, sumTerms(world.rewards, gamma, limit), gamma);
    limit -= 1;
  } while (limit > 0 && formula.scrollWidth > formula.clientWidth);
}

function writeTerms(formula, { terms, hidden }, gamma) {
  formula.replaceChildren("= ");
  terms.forEach(({ t, reward }, i) => {
    const sign = reward < 0 ? (i ? " − " : "−") : i ? " + " : "";
    formula.append(sign);
    if (gamma !== 1) formula.append(figure(gamma), made("sup", "", String(t)), "·"); // a factor of one says nothing
    formula.append(amount(Math.abs(reward)));
  });
  if (!terms.length) formula.append("no reward at all");
  if (hidden) formula.append(` + … ${hidden} more`);
}
