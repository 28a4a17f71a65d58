// The board: a map to paint, to point at and to read. Values, policy arrows, paths and the transitions of one pair lie on it
// in layers; a film of iterates is scrubbed here, without asking Python.

import { penOf } from "../kit/canvas.js";
import { find, put, radios, setAll, shape, swallow } from "../kit/dom.js";
import { showIcon } from "../kit/icons.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { cellOf, DIRECTIONS, drawArrows, drawCell, drawJump, enlarged, layOut, MARGIN, pointsOf, writeCell } from "../kit/map.js";
import { reduced } from "../kit/motion.js";
import { amount, clamp, short } from "../kit/numbers.js";
import { pagePixels } from "../kit/page_pixel.js";
import { cellsBetween, fitted, fourAt, labelPlace, numberAt, unpacked } from "./engine.js";
import { drawSheet } from "./sheet.js";

const LAYERS = { v: "values v", q: "values q", policy: "policy", change: "change of v", none: "map" };
const FRAMES_A_SECOND = 8;
const MANY = 900; // cells from which on they are drawn on a canvas
const BESIDE_A_NUMBER = [0.4, 0.08]; // how far out an arrow lies, and its size, where the middle of the cell is written on

class Board extends Instrument {
  constructor(root) {
    super(root, ".board");
    this.svg = this.find("svg.map");
    this.sheet = this.find(".sheet");
    this.palette = this.find(".palette");
    this.layers = this.find(".layers");
    this.film = this.find(".film");
    this.scrub = find(this.film, ".scrub");
    this.label = find(this.film, ".label");
    this.playButton = find(this.film, ".play");
    this.live = this.find(".live");
    /** @type {[number, number]} */
    this.cursor = [0, 0];
    this.brush = null;
    this.layer = null;
    this.frame = 0;
    this.stroke = null; // the cells painted since the pointer went down
    /** @type {[number, number] | null} */
    this.pen = null; // and the last of them, while the pointer is on the map
    this.svg.addEventListener("pointerdown", (event) => this.press(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, () => this.release());
    this.svg.addEventListener("keydown", (event) => this.type(event));
    this.scrub.addEventListener("input", () => this.show(Number(this.scrub.value)));
    this.playButton.addEventListener("click", () => this.toggle());
    this.closing.addEventListener("abort", () => this.pause());
    this.whenResized(this.svg, () => this.invalidate());
  }

  receive({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    const [colours, text] = [this.followTheme(), JSON.stringify(data)];
    if (JSON.stringify(colours) !== JSON.stringify(this.colours)) this.invalidate();
    this.colours = colours;
    if (text === this.text && !this.unsettled) return; // what else is on the page changes more often
    this.text = text;
    const film = data.film || [];
    const fresh = JSON.stringify(data.film_key) !== JSON.stringify(this.data?.film_key);
    const edited = JSON.stringify(data.map) !== this.mapText;
    this.data = data;
    this.mapText = JSON.stringify(data.map);
    this.box.setAttribute("aria-label", data.name);
    this.box.classList.toggle("filling", data.height === null);
    if (data.height !== null) this.box.style.setProperty("--board-height", pagePixels(data.height));
    this.brush = this.offer(this.palette, data.palette, this.brush, (brush) => (this.brush = brush));
    const layers = data.layers.map((name) => [name, LAYERS[name]]);
    if (fresh && data.layer) this.layer = data.layer;
    this.layer = this.offer(this.layers, layers, this.layer, (layer) => {
      this.layer = layer;
      this.show(this.frame);
    });
    this.layers.hidden = layers.length < 2;
    this.box.classList.toggle("painting", data.palette.length > 0);
    if (edited || !this.cells || (this.unsettled && !this.stroke)) this.drawMap();
    this.film.hidden = film.length < 2;
    this.scrub.max = String(Math.max(film.length - 1, 0));
    this.point();
    if (fresh && film.length > 1 && data.play) {
      this.frame = 0;
      this.play();
    } else this.show(fresh ? data.first ?? film.length - 1 : Math.min(this.frame, film.length - 1));
  }

  /** Radio buttons for `choices`, [value, label] each; `choose` is called at every change. Returns what is chosen now:
   *  `chosen`, or the first where it is not offered. */
  offer(group, choices, chosen, choose) {
    group.hidden = choices.length === 0;
    const value = choices.some(([name]) => name === chosen) ? chosen : choices[0]?.[0] ?? null;
    radios(group, choices, value, choose);
    return value;
  }

  drawMap() {
    const { map } = this.data;
    layOut(this.svg, map);
    this.cursor = [Math.min(this.cursor[0], map.rows - 1), Math.min(this.cursor[1], map.cols - 1)];
    this.many = map.rows * map.cols > MANY;
    this.unsettled = false; // nothing is painted that Python has not heard of
    this.sheet.hidden = !this.many;
    this.cells = [];
    if (!this.many) this.eachCell((r, c) => this.cells.push(drawCell(this.svg, cellOf(map, r, c), r, c)));
    this.wet = shape(this.svg, "g", {}); // what was painted just now on a sheet
    for (const jump of map.jumps) drawJump(this.svg, jump);
    this.values = shape(this.svg, "g", {}); // over the jumps: numbers are to be read
    for (const [[r1, c1], [r2, c2]] of map.barriers) {
      const [x, y, dx, dy] = [(c1 + c2 + 1) / 2, (r1 + r2 + 1) / 2, (r2 - r1) / 2, (c2 - c1) / 2];
      shape(this.svg, "line", { class: "barrier", x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy });
    }
    this.signs = shape(this.svg, "g", {});
    this.paths = shape(this.svg, "g", { class: "paths" });
    this.may = shape(this.svg, "g", { class: "may" });
    this.chosen = shape(this.svg, "rect", { class: "chosen", width: 0.92, height: 0.92, rx: 0.08 });
    this.mark = shape(this.svg, "rect", { class: "cursor", width: 0.84, height: 0.84, rx: 0.08 });
    this.chances = shape(this.svg, "g", { class: "may" });
    this.moveCursor(0, 0);
  }

  /** `act(r, c, i)` for every cell. */
  eachCell(act) {
    const { rows, cols } = this.data.map;
    for (let r = 0; r < rows; r += 1) for (let c = 0; c < cols; c += 1) act(r, c, r * cols + c);
  }

  /** Write iterate `i` of the film on the cells. */
  show(i) {
    this.frame = Math.max(i, 0);
    const iterate = this.data.film[this.frame];
    const numbers = (name) => (iterate ? unpacked(iterate[name]) : null);
    this.known = { v: numbers("v"), q: numbers("q"), policy: numbers("policy"), change: numbers("change") };
    this.label.textContent = iterate ? iterate.label : "";
    put(this.scrub, this.frame, iterate ? iterate.label : "");
    this.values.replaceChildren();
    this.signs.replaceChildren();
    if (this.many) this.invalidate();
    else this.eachCell((r, c, at) => this.writeCell(iterate ? this.layer : "none", r, c, at));
    this.describe();
  }

  /** What the chosen layer has of one cell. */
  writeCell(layer, r, c, i) {
    const { v, q, policy, change } = this.known;
    const [value, moved, label] = [layer === "v" ? numberAt(v, i) : null, layer === "change" ? numberAt(change, i) : null, this.labelOf(r, c)];
    if (value !== null) this.writeValue(value, r, c);
    if (moved) this.writeChange(moved, r, c);
    const values = layer === "q" ? fourAt(q, i) : null;
    if (values) this.writeActionValues(values, r, c);
    const arrows = ["v", "policy", "change"].includes(layer) ? fourAt(policy, i) : null;
    if (arrows) drawArrows(this.values, arrows, r, c, ...(layer === "policy" ? [] : BESIDE_A_NUMBER));
    if (value === null && layer !== "q" && layer !== "change") writeCell(this.signs, { kind: "", label }, r, c);
    else if (label) shape(this.signs, "text", { class: "corner", x: c + 0.05, y: r + 0.24, "font-size": 0.22 }, label);
  }

  /** What is written on a cell: what it pays, or what the page has to say of it. */
  labelOf(r, c) {
    const { map } = this.data;
    return String(map.labels[r]?.[c] ?? cellOf(map, r, c).label ?? "");
  }

  draw() {
    if (!this.many) return;
    const { map, film, scale, change_scale } = this.data;
    const { pen, width, height } = penOf(this.sheet, this.colours.font);
    const { side, left, top } = fitted(map.rows, map.cols, MARGIN, width, height);
    pen.transform(side, 0, 0, side, left, top);
    drawSheet(pen, this.colours, map, side, this.known, film.length ? this.layer : "none", scale, change_scale);
  }

  /** How far the value has moved: as deep as it is large, and written where it is not next to nothing. */
  writeChange(value, r, c) {
    const scale = this.data.change_scale;
    this.tint(value, { x: c, y: r, width: 1, height: 1 }, "rect", scale);
    if (Math.abs(value) > scale / 200) shape(this.values, "text", { class: "number", x: c + 0.5, y: r + 0.58, "font-size": 0.22 }, `${value > 0 ? "+" : ""}${short(value)}`);
  }

  tint(value, attributes, name = "rect", scale = this.data.scale) {
    const strength = Math.min(Math.abs(value) / scale, 1);
    shape(this.values, name, { class: `tint ${value < 0 ? "loss" : "gain"}`, opacity: 0.08 + 0.5 * strength, ...attributes });
  }

  writeValue(value, r, c) {
    if (value !== 0) this.tint(value, { x: c, y: r, width: 1, height: 1 });
    const text = short(value);
    shape(this.values, "text", { class: "number", x: c + 0.5, y: r + 0.59, "font-size": text.length > 4 ? 0.22 : 0.27 }, text);
  }

  writeActionValues(values, r, c) {
    const best = Math.max(...values.filter((value) => value !== null));
    Object.values(DIRECTIONS).forEach(([dx, dy], i) => {
      if (values[i] === null) return;
      const [x, y] = [c + 0.5, r + 0.5];
      const corners = [[x, y], [x + dx * 0.5 - dy * 0.5, y + dy * 0.5 - dx * 0.5], [x + dx * 0.5 + dy * 0.5, y + dy * 0.5 + dx * 0.5]];
      if (values[i] !== 0) this.tint(values[i], { points: pointsOf(corners) }, "polygon");
      const weight = values[i] >= best - 1e-9 ? 800 : 400; // the best ones stand out
      shape(this.values, "text", { class: "number", x: x + dx * 0.29, y: y + dy * 0.34 + 0.055, "font-size": 0.155, style: `font-weight: ${weight}` }, short(values[i]));
    });
  }

  /** What is chosen, where it may lead, and the paths that were walked. */
  point() {
    const { selected, outcomes, paths, robot, map } = this.data;
    const mark = enlarged(map);
    this.chosen.style.display = selected ? "" : "none";
    if (selected) setAll(this.chosen, { x: selected[1] + 0.04, y: selected[0] + 0.04 });
    this.may.replaceChildren();
    this.chances.replaceChildren();
    for (const outcome of selected ? outcomes : []) this.drawOutcome(selected, outcome);
    this.paths.replaceChildren();
    for (const { cells, opacity, tone, dashed, name } of paths) {
      // A little beside the middle, each path its own way, so that many of them show how many they are.
      const shift = (i, n) => (((i * 0.618 + n * 0.755) % 1) - 0.5) * 0.34;
      const points = cells.map(([r, c], i) => [c + 0.5 + shift(i, cells.length), r + 0.5 + shift(cells.length, i)]);
      shape(this.paths, "polyline", { class: `${tone}${dashed ? " dashed" : ""}`, points: pointsOf(points), opacity });
      const [x, y] = points[Math.floor(points.length / 2)];
      if (name) shape(this.paths, "text", { class: tone, x, y: y - 0.12 * mark, "font-size": 0.3 * mark }, name);
    }
    if (robot) shape(this.paths, "circle", { class: "robot", cx: robot[1] + 0.5, cy: robot[0] + 0.5, r: 0.2 * mark });
  }

  drawOutcome([r, c], { cell, p, label }) {
    const [x1, y1, x2, y2] = [c + 0.5, r + 0.5, cell[1] + 0.5, cell[0] + 0.5];
    const group = shape(this.may, "g", {});
    const width = 0.04 + 0.2 * p;
    if (x1 === x2 && y1 === y2) shape(group, "circle", { cx: x1, cy: y1 - 0.05, r: 0.26, "stroke-width": 0.04 + 0.08 * p });
    else {
      const length = Math.hypot(x2 - x1, y2 - y1);
      const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
      shape(group, "line", { x1: x1 + dx * 0.22, y1: y1 + dy * 0.22, x2: x2 - dx * 0.3, y2: y2 - dy * 0.3, "stroke-width": width });
      const head = [[x2 - dx * 0.12, y2 - dy * 0.12], [x2 - dx * 0.34 - dy * 0.16, y2 - dy * 0.34 + dx * 0.16], [x2 - dx * 0.34 + dy * 0.16, y2 - dy * 0.34 - dx * 0.16]];
      shape(group, "polygon", { points: pointsOf(head) });
    }
    const { x, y, size } = labelPlace([r, c], cell, this.data.outcomes.map((outcome) => outcome.cell));
    shape(this.chances, "text", { x, y, "font-size": size }, label);
  }

  /** @returns {[number, number] | null} the cell under the pointer */
  cellAt(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const [r, c] = [Math.floor(point.y), Math.floor(point.x)];
    const { rows, cols } = this.data.map;
    return r >= 0 && c >= 0 && r < rows && c < cols ? [r, c] : null;
  }

  press(event) {
    const cell = this.cellAt(event);
    if (!cell) return;
    this.cursor = cell;
    this.moveCursor(0, 0);
    if (!this.data.palette.length) this.send("selected", cell);
    else {
      this.svg.setPointerCapture(event.pointerId);
      this.stroke = [];
      this.paint(cell);
    }
  }

  drag(event) {
    const cell = this.stroke && this.cellAt(event);
    if (!cell) this.pen = null;
    else for (const passed of this.pen ? cellsBetween(this.pen, cell) : [cell]) this.paint(passed);
  }

  release() {
    if (this.stroke?.length) this.send("painted", { cells: this.stroke, sign: this.brush });
    [this.stroke, this.pen] = [null, null];
  }

  paint([r, c]) {
    this.pen = [r, c];
    if (this.stroke.some((cell) => cell[0] === r && cell[1] === c)) return;
    this.stroke.push([r, c]);
    this.unsettled = true; // until Python says what it became
    if (this.many) shape(this.wet, "rect", { class: "cell jump", x: c, y: r, width: 1, height: 1 });
    else this.cells[r * this.data.map.cols + c].setAttribute("class", "cell jump");
  }

  type(event) {
    const [dx, dy] = DIRECTIONS[/^Arrow(.*)/.exec(event.key)?.[1].toLowerCase()] || [0, 0];
    if (dx || dy) this.moveCursor(dx, dy);
    else if (event.key === "Enter" || event.key === " ") {
      if (this.data.palette.length) this.send("painted", { cells: [this.cursor], sign: this.brush });
      else this.send("selected", this.cursor);
    } else return;
    swallow(event);
  }

  moveCursor(dx, dy) {
    const { rows, cols } = this.data.map;
    this.cursor = [clamp(this.cursor[0] + dy, 0, rows - 1), clamp(this.cursor[1] + dx, 0, cols - 1)];
    setAll(this.mark, { x: this.cursor[1] + 0.08, y: this.cursor[0] + 0.08 });
    if (dx || dy) this.live.textContent = this.reading(...this.cursor);
  }

  /** One cell in words. */
  reading(r, c) {
    const cell = cellOf(this.data.map, r, c);
    const number = numberAt(this.known.v, r * this.data.map.cols + c);
    const value = number !== null && cell.kind !== "wall" ? `, value ${short(number)}` : "";
    return `Row ${r + 1}, column ${c + 1}: ${cell.kind}${cell.reward ? `, pays ${amount(cell.reward)}` : ""}${value}`;
  }

  describe() {
    const { map, film } = this.data;
    const iterate = film[this.frame];
    this.svg.setAttribute("aria-label", `Map of ${map.rows} by ${map.cols} cells${iterate ? `, ${iterate.label}` : ""}. Arrow keys move over it, Enter ${this.data.palette.length ? "paints" : "chooses"} a cell.`);
  }

  toggle() {
    if (this.timer) this.pause();
    else {
      if (this.frame >= this.data.film.length - 1) this.frame = 0;
      this.play();
    }
  }

  play() {
    if (reduced().matches) return this.show(this.data.film.length - 1);
    this.pause();
    showIcon(this.playButton, "pause", "", "Pause the iterates");
    this.show(this.frame);
    this.timer = setInterval(() => {
      if (this.frame >= this.data.film.length - 1) this.pause();
      else this.show(this.frame + 1);
    }, 1000 / Math.max(FRAMES_A_SECOND, this.data.film.length / 8));
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    showIcon(this.playButton, "play", "", "Play the iterates");
  }
}

export default mounted(Board);
