// A map of very many cells, drawn on a canvas: as elements they would take the browser seconds. What is too small to be seen, as
// numbers on such cells mostly are, is left out.

import { cellOf, DIRECTIONS, sizeOf, toneOf } from "../kit/map.js";
import { short } from "../kit/numbers.js";
import { numberAt } from "./engine.js";

const READABLE = 3; // pixels high
const SEEN = 0.4; // pixels wide
const LEVELS = 40; // of how full an arrow is, or how deep a colour
const DIRECTION = Object.values(DIRECTIONS);

/** The ground of a cell: a colour of the palette, and how much of it lies on the page's.
 *  @type {Record<string, [string, number]>} */
const GROUNDS = { "": ["panel", 1], wall: ["ink", 0.72], good: ["reward", 0.4], bad: ["loss", 0.45], jump: ["transition", 0.3] };

/** Everything that is on the cells. The pen's unit is a cell, its origin the map's corner; `side` is a cell's in pixels. `known`
 *  is the frame that is shown, `layer` what is shown of it, `full` and `moved` the magnitudes of what is drawn full.
 *  @param {CanvasRenderingContext2D} pen @param {Record<string, string>} colours @param {any} map @param {number} side
 *  @param {any} known @param {string} layer @param {number} full @param {number} moved */
export function drawSheet(pen, colours, map, side, known, layer, full, moved) {
  const sheet = new Sheet(pen, colours, map, side);
  sheet.drawCells(known[layer === "change" ? "change" : "v"], layer === "v" ? full : layer === "change" ? moved : 0);
  sheet.drawLines();
  if (layer === "v") sheet.writeNumbers(known.v, -1, "");
  if (layer === "change") sheet.writeNumbers(known.change, moved / 200, "+");
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

  /** A colour of the palette as red, green and blue. */
  rgb(name) {
    this.pen.fillStyle = this.colours[name];
    return [1, 3, 5].map((i) => parseInt(String(this.pen.fillStyle).slice(i, i + 2), 16));
  }

  /** The grounds, and on them the colours of `numbers`, where `full` is one that is drawn full: a dot a cell, enlarged. */
  drawCells(numbers, full) {
    const { pen, map } = this;
    const [page, gain, loss] = ["ground", "reward", "loss"].map((name) => this.rgb(name));
    const grounds = Object.fromEntries(Object.entries(map.legend).map(([sign, cell]) => {
      const [name, share] = GROUNDS[toneOf(cell)];
      return [sign, mixed(page, this.rgb(name), share)];
    }));
    const dots = new ImageData(map.cols, map.rows);
    this.eachCell((r, c, i) => {
      const [ground, value] = [grounds[map.signs[r][c]], numbers && full ? numbers[i] : 0];
      dots.data.set(value ? mixed(ground, value < 0 ? loss : gain, depth(value, full)) : ground, 4 * i); // nan is nothing, too
      dots.data[4 * i + 3] = 255;
    });
    const small = Object.assign(document.createElement("canvas"), { width: map.cols, height: map.rows });
    small.getContext("2d").putImageData(dots, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, map.cols, map.rows);
  }

  drawLines() {
    const { pen, colours, map } = this;
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

  /** One number a cell, where it is larger than `least`; `plus` stands before those above 0. */
  writeNumbers(numbers, least, plus) {
    if (!numbers || this.side * 0.22 < READABLE) return;
    this.eachCell((r, c, i) => {
      const value = numberAt(numbers, i);
      if (value === null || Math.abs(value) <= least) return;
      this.write(`${value > 0 ? plus : ""}${short(value)}`, c + 0.5, r + 0.58, 0.22, "600");
    });
  }

  /** Four numbers a cell, as the colours of its quarters. */
  tintQuarters(numbers, full) {
    if (!numbers) return;
    const quarters = DIRECTION.map(([dx, dy]) => [[0, 0], [(dx - dy) / 2, (dy - dx) / 2], [(dx + dy) / 2, (dx + dy) / 2]]);
    this.fillFour(numbers, quarters, (value) => value && [value < 0 ? "loss" : "reward", depth(value, full)]);
  }

  /** An arrow for every action that the policy may take. */
  drawArrows(policy, distance, size) {
    if (!policy || this.side * size < SEEN) return;
    const arrows = DIRECTION.map(([dx, dy]) => {
      const [x, y] = [dx * distance, dy * distance];
      const base = [-1, 1].map((way) => [x - dx * size * 0.5 + dy * size * way, y - dy * size * 0.5 + dx * size * way]);
      return [[x + dx * size, y + dy * size], ...base];
    });
    this.fillFour(policy, arrows, (p) => p > 0.01 && ["policy", 0.2 + 0.8 * p]);
  }

  /** `shapes` around the middle of every cell, one a number, each in what `look` gives: a colour of the palette and how full it
   *  is. Those that look alike are filled at once: one by one they would take much longer. */
  fillFour(numbers, shapes, look) {
    const { pen, colours } = this;
    const piles = new Map();
    this.eachCell((r, c, i) => {
      for (let k = 0; k < 4; k += 1) {
        const found = look(numbers[4 * i + k]);
        if (!found) continue;
        const pile = `${found[0]} ${Math.round(found[1] * LEVELS) / LEVELS}`;
        if (!piles.has(pile)) piles.set(pile, new Path2D());
        const path = piles.get(pile);
        shapes[k].forEach(([x, y], n) => path[n ? "lineTo" : "moveTo"](c + 0.5 + x, r + 0.5 + y));
      }
    });
    for (const [pile, path] of piles) {
      const [name, alpha] = pile.split(" ");
      pen.fillStyle = colours[name];
      pen.globalAlpha = Number(alpha);
      pen.fill(path);
    }
    pen.globalAlpha = 1;
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

/** How deep the colour of a number is. */
const depth = (value, full) => 0.08 + 0.5 * Math.min(Math.abs(value) / full, 1);

/** `share` of a colour on another one. */
const mixed = (below, above, share) => below.map((part, i) => part + share * (above[i] - part));
