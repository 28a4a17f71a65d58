// What all pictures of a map are drawn with. A cell is 1 wide and high; r counts down, c to the right.

import { shape } from "./dom.js";
import { amount } from "./numbers.js";

/** @typedef {{kind: string, label: string, reward?: number}} Cell */

/** Steps [dx, dy] by name, in the order in which Python has the actions.
 *  @type {Record<string, [number, number]>} */
export const DIRECTIONS = { up: [0, -1], right: [1, 0], down: [0, 1], left: [-1, 0] };

/** `points`, [x, y] each, as SVG's attribute wants them.
 *  @param {number[][]} points */
export const pointsOf = (points) => points.map((point) => point.join(",")).join(" ");

export const MARGIN = 0.05; // of a cell, around a map

/** What is in a cell, as Python tells it: by the sign that stands there.
 *  @param {{signs: string[], legend: Record<string, Cell>}} map @param {number} r @param {number} c */
export const cellOf = (map, r, c) => map.legend[map.signs[r][c]];

const SMALL = 16; // rows or columns from which on a mark of a cell's size is too small to be seen

/** How many times a cell's size what lies on the cells is drawn in, such as the robot and its trail.
 *  @param {{rows: number, cols: number}} map */
export const enlarged = ({ rows, cols }) => Math.max(rows / SMALL, cols / SMALL, 1);

/** `svg` cleared, for `map` with `margin` around it. Its CSS has the same in --mark.
 *  @param {SVGElement} svg @param {{rows: number, cols: number}} map */
export function layOut(svg, map, margin = MARGIN) {
  svg.replaceChildren();
  svg.style.setProperty("--mark", String(enlarged(map)));
  svg.setAttribute("viewBox", `${-margin} ${-margin} ${map.cols + 2 * margin} ${map.rows + 2 * margin}`);
}

/** A triangle with its tip towards `direction`, its middle `distance` cells away from the middle of a cell.
 *  @param {string} direction @param {number} distance @param {number} size */
export function triangle(direction, distance, size) {
  const [dx, dy] = DIRECTIONS[direction];
  const [x, y] = [dx * distance, dy * distance];
  const tip = [x + dx * size, y + dy * size];
  const base = [-1, 1].map((side) => [x - dx * size * 0.5 + dy * size * side, y - dy * size * 0.5 + dx * size * side]);
  return pointsOf([tip, ...base]);
}

/** Which ground a cell has: wall, jump, good, bad, or nothing special.
 *  @param {Cell} cell */
export function toneOf(cell) {
  const reward = cell.reward || 0;
  const bad = reward < 0 || cell.kind === "pit" || cell.kind === "cliff";
  return ["wall", "jump"].includes(cell.kind) ? cell.kind : cell.kind === "goal" || reward > 0 ? "good" : bad ? "bad" : "";
}

/** The ground of one cell, coloured by what it is; what it says is written by `writeCell`.
 *  @param {Element} svg @param {Cell} cell @param {number} r @param {number} c */
export function drawCell(svg, cell, r, c) {
  return shape(svg, "rect", { class: `cell ${toneOf(cell)}`, x: c, y: r, width: 1, height: 1 });
}

/** How large, in cells, what is written on a cell is.
 *  @param {string} label */
export const sizeOf = (label) => (label.length > 3 ? 0.28 : 0.36);

/** @param {Element} svg @param {Cell} cell @param {number} r @param {number} c */
export function writeCell(svg, cell, r, c) {
  if (!cell.label) return;
  const size = sizeOf(cell.label);
  const place = { x: c + 0.5, y: r + 0.5 + size * 0.36, "font-size": size, "font-weight": 700, "text-anchor": "middle" };
  shape(svg, "text", { class: "sign", ...place }, cell.label);
}

/** The policy in one cell: an arrow for every action that it may take, the fuller the likelier, `distance` away from the
 *  middle of the cell.
 *  @param {Element} svg @param {number[]} probabilities @param {number} r @param {number} c */
export function drawArrows(svg, probabilities, r, c, distance = 0.3, size = 0.13) {
  const group = shape(svg, "g", { transform: `translate(${c + 0.5} ${r + 0.5})`, class: "arrow" });
  Object.keys(DIRECTIONS).forEach((name, i) => {
    const p = probabilities[i];
    if (p > 0.01) shape(group, "polygon", { points: triangle(name, distance, size), opacity: 0.2 + 0.8 * p });
  });
  return group;
}

/** A jump from one cell to another, bowed so that two of them can be told apart.
 *  @param {Element} svg @param {{from: [number, number], to: [number, number], reward: number}} jump */
export function drawJump(svg, { from, to, reward }) {
  const [x1, y1, x2, y2] = [from[1] + 0.5, from[0] + 0.5, to[1] + 0.5, to[0] + 0.5];
  const [bowX, bowY] = [(x1 + x2) / 2 + (y2 - y1) * 0.18, (y1 + y2) / 2 - (x2 - x1) * 0.18];
  const path = shape(svg, "path", { class: "leap", d: `M ${x1} ${y1} Q ${bowX} ${bowY} ${x2} ${y2}` });
  shape(path, "title", {}, `a jump that pays ${amount(reward)}`);
  shape(svg, "circle", { class: "landing", cx: x2, cy: y2, r: 0.1 });
}
