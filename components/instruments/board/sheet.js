// A map of very many cells, drawn on a canvas: as elements they would take the browser seconds. What is too small to be seen, as
// numbers on such cells mostly are, is left out.

import { shade, trace } from "../kit/canvas.js";
import { cellOf, DIRECTIONS, sizeOf, toneOf } from "../kit/map.js";
import { short } from "../kit/numbers.js";
import { fourAt, numberAt } from "./engine.js";

const READABLE = 5; // pixels high
const SEEN = 0.4; // pixels wide
const LEVELS = 32; // of how full an arrow is

/** The ground of a cell: a colour of the palette, and how much of it lies on the page's.
 *  @type {Record<string, [string, number]>} */
const GROUNDS = { "": ["panel", 1], wall: ["ink", 0.72], good: ["reward", 0.4], bad: ["loss", 0.45], jump: ["transition", 0.3] };

/** Everything that is on the cells. The pen's unit is a cell, its origin the map's corner; `side` is a cell's in pixels. `known`
 *  is the frame that is shown, `layer` what is shown of it, `full` and `moved` the magnitudes of what is drawn full.
 *  @param {CanvasRenderingContext2D} pen @param {Record<string, string>} colours @param {any} map @param {number} side
 *  @param {any} known @param {string} layer @param {number} full @param {number} moved */
export function drawSheet(pen, colours, map, side, known, layer, full, moved) {
  const sheet = new Sheet(pen, colours, map, side);
  sheet.drawGround();
  if (layer === "v") sheet.tintCells(known.v, full);
  if (layer === "change") sheet.tintCells(known.change, moved, moved / 200);
  if (layer === "q") sheet.tintQuarters(known.q, full);
  if (["v", "change"].includes(layer)) sheet.drawArrows(known.policy, 0.4, 0.08);
  if (layer === "policy") sheet.drawArrows(known.policy, 0.3, 0.13);
  if (["none", "policy"].includes(layer)) sheet.writeLabels();
}

class Sheet {
  constructor(pen, colours, map, side) {
    this.pen = pen;
    this.colours = colours;
    this.map = map;
    this.side = side;
  }

  /** `draw(r, c, i)` for every cell. */
  eachCell(draw) {
    const { rows, cols } = this.map;
    for (let r = 0; r < rows; r += 1) for (let c = 0; c < cols; c += 1) draw(r, c, r * cols + c);
  }

  drawGround() {
    const { pen, colours, map } = this;
    pen.fillStyle = colours.ground;
    pen.fillRect(0, 0, map.cols, map.rows);
    const grounds = Object.fromEntries(Object.entries(map.legend).map(([sign, cell]) => [sign, GROUNDS[toneOf(cell)]]));
    this.eachCell((r, c) => {
      const [name, alpha] = grounds[map.signs[r][c]];
      pen.fillStyle = colours[name];
      shade(pen, alpha, c, r, 1, 1);
    });
    pen.strokeStyle = colours.line;
    pen.lineWidth = 0.03;
    pen.beginPath();
    for (let r = 0; r <= map.rows; r += 1) {
      pen.moveTo(0, r);
      pen.lineTo(map.cols, r);
    }
    for (let c = 0; c <= map.cols; c += 1) {
      pen.moveTo(c, 0);
      pen.lineTo(c, map.rows);
    }
    pen.stroke();
  }

  /** The colour of a value, as deep as it is large. */
  tint(value, full) {
    this.pen.fillStyle = value < 0 ? this.colours.loss : this.colours.reward;
    return 0.08 + 0.5 * Math.min(Math.abs(value) / full, 1);
  }

  /** One number a cell: `numbers` as colours, and written where they are larger than `least`. */
  tintCells(numbers, full, least = -1) {
    const { pen, side } = this;
    this.eachCell((r, c, i) => {
      const value = numberAt(numbers, i);
      if (value) shade(pen, this.tint(value, full), c, r, 1, 1);
      if (value === null || Math.abs(value) <= least) return;
      if (side * 0.22 >= READABLE) this.write(`${least >= 0 && value > 0 ? "+" : ""}${short(value)}`, c + 0.5, r + 0.58, 0.22, "600");
    });
  }

  /** Four numbers a cell, as the colours of its quarters. */
  tintQuarters(numbers, full) {
    const { pen } = this;
    this.eachCell((r, c, i) => {
      const [x, y] = [c + 0.5, r + 0.5];
      (fourAt(numbers, i) ?? []).forEach((value, k) => {
        if (!value) return;
        const [dx, dy] = Object.values(DIRECTIONS)[k];
        pen.globalAlpha = this.tint(value, full);
        trace(pen, [[x, y], [x + (dx - dy) / 2, y + (dy - dx) / 2], [x + (dx + dy) / 2, y + (dx + dy) / 2]]);
        pen.fill();
        pen.globalAlpha = 1;
      });
    });
  }

  /** An arrow for every action that the policy may take: those that are as full as each other in one stroke. */
  drawArrows(policy, distance, size) {
    if (!policy || this.side * size < SEEN) return;
    const paths = Array.from({ length: LEVELS + 1 }, () => new Path2D());
    const arrows = Object.values(DIRECTIONS).map(([dx, dy]) => {
      const [x, y] = [dx * distance, dy * distance];
      const base = [-1, 1].map((way) => [x - dx * size * 0.5 + dy * size * way, y - dy * size * 0.5 + dx * size * way]);
      return [[x + dx * size, y + dy * size], ...base];
    });
    this.eachCell((r, c, i) => {
      for (let k = 0; k < 4; k += 1) {
        const p = policy[4 * i + k];
        if (!(p > 0.01)) continue;
        const path = paths[Math.round(p * LEVELS)];
        arrows[k].forEach(([x, y], n) => path[n ? "lineTo" : "moveTo"](c + 0.5 + x, r + 0.5 + y));
      }
    });
    this.pen.fillStyle = this.colours.policy;
    paths.forEach((path, level) => {
      this.pen.globalAlpha = 0.2 + (0.8 * level) / LEVELS;
      this.pen.fill(path);
    });
    this.pen.globalAlpha = 1;
  }

  writeLabels() {
    const { map } = this;
    if (this.side * sizeOf("") < READABLE) return;
    this.eachCell((r, c) => {
      const label = String(map.labels[r]?.[c] ?? cellOf(map, r, c).label ?? "");
      const size = sizeOf(label);
      if (label && this.side * size >= READABLE) this.write(label, c + 0.5, r + 0.5 + size * 0.36, size, "700");
    });
  }

  write(text, x, y, size, weight) {
    const { pen, colours, side } = this;
    pen.save();
    pen.scale(1 / side, 1 / side); // letters of less than a unit have no shape
    pen.font = `${weight} ${size * side}px ${colours.font}`;
    pen.fillStyle = colours.ink;
    pen.textAlign = "center";
    pen.fillText(text, x * side, y * side);
    pen.restore();
  }
}
