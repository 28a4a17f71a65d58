// The sketch: a curve drawn by hand, with a pointer or with the arrow keys; later the true curve beside it.

import { marks } from "../kit/axis.js";
import { dot, label, penOf, stroke } from "../kit/canvas.js";
import { setAll, swallow, write } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { clamp, figure, tick } from "../kit/numbers.js";
import { apart, beside, drawn, filled } from "./engine.js";

const STEPS = 20; // presses of a key from the lowest to the highest

class Sketch extends Instrument {
  constructor(root) {
    super(root, ".sketch");
    this.canvas = this.find("canvas");
    this.live = this.find(".live");
    this.at = 0; // the place that the keys move
    this.hand = null; // where the pointer was, {x, y} in places and heights
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.hand && this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.lift());
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    for (const name of ["focus", "blur"]) this.canvas.addEventListener(name, () => this.invalidate());
    this.whenResized(this.canvas, () => this.invalidate());
  }

  receive({ data, setStateValue }) {
    this.setState = setStateValue;
    if (data.of !== this.data?.of) {
      this.curve = data.drawn ?? Array(data.points).fill(null);
      [this.at, this.hand] = [0, null];
    }
    this.data = data;
    this.box.classList.toggle("told", data.truth !== null);
    this.colours = this.followTheme();
    this.describe();
    this.invalidate();
  }

  get open() {
    return this.data && this.data.truth === null;
  }

  /** The frame of the picture, in its own pixels. */
  frame(width, height) {
    const [left, right, top, floor] = [60, width - 14, 30, height - 46];
    const { points, low, high } = this.data;
    return {
      left, right, top, floor,
      x: (i) => left + (i / Math.max(points - 1, 1)) * (right - left),
      y: (value) => floor - ((value - low) / (high - low)) * (floor - top),
    };
  }

  /** Where the pointer is, in places and heights. */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = penOf(this.canvas, this.colours.font);
    const { left, right, top, floor } = this.frame(width, height);
    const { points, low, high } = this.data;
    const px = ((event.clientX - box.left) / box.width) * width;
    const py = ((event.clientY - box.top) / box.height) * height;
    this.invalidate();
    return {
      x: clamp(((px - left) / (right - left)) * (points - 1), 0, points - 1),
      y: clamp(low + ((floor - py) / (floor - top)) * (high - low), low, high),
    };
  }

  begin(event) {
    if (!this.open) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.hand = this.place(event);
    this.curve = drawn(this.curve, this.hand.x, this.hand.y, this.hand.x, this.hand.y);
  }

  move(event) {
    const next = this.place(event);
    this.curve = drawn(this.curve, this.hand.x, this.hand.y, next.x, next.y);
    this.at = Math.round(next.x);
    this.hand = next;
  }

  lift() {
    if (!this.hand) return;
    this.hand = null;
    this.commit();
  }

  press(event) {
    if (!this.open) return;
    const { points, low, high } = this.data;
    const across = { ArrowLeft: -1, ArrowRight: 1, Home: -points, End: points }[event.key];
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (across === undefined && up === undefined) return;
    swallow(event);
    const whole = filled(this.curve);
    const height = whole ? whole[this.at] : (low + high) / 2;
    if (across !== undefined) {
      const next = clamp(this.at + across, 0, points - 1);
      this.curve = drawn(this.curve, this.at, height, next, this.curve[next] ?? height);
      this.at = next;
    } else this.curve = drawn(this.curve, this.at, 0, this.at, clamp(height + (up * (high - low)) / STEPS, low, high));
    this.commit();
  }

  /** A whole curve goes to Python; what was left out is filled in. */
  commit() {
    const curve = filled(this.curve);
    if (curve) this.setState("drawn", { of: this.data.of, curve });
    this.describe();
    this.invalidate();
  }

  describe() {
    const { low, high, up, across, points, truth } = this.data;
    const whole = filled(this.curve);
    const value = whole ? whole[this.at] : (low + high) / 2;
    const said = whole ? `${up} ${figure(value)} at ${across} ${this.at}` : `nothing drawn yet; ${across} 0 to ${points - 1}`;
    setAll(this.canvas, {
      "aria-label": `Draw: ${up}, from left to right over ${across}. Arrow keys left and right go along, up and down draw.`,
      "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": value, "aria-valuetext": said,
      "aria-readonly": String(truth !== null),
    });
    if (truth?.length) {
      const end = figure(truth.at(-1));
      write(this.live, `${up} began at ${figure(truth[0])} and is ${end}.` + (whole ? ` Your curve is ${figure(apart(whole, truth))} off on average.` : ""));
    }
  }

  draw() {
    if (!this.data) return;
    const { pen, width, height } = penOf(this.canvas, this.colours.font);
    const { left, right, top, floor, x, y } = this.frame(width, height);
    const { low, high, points, across, up, truth, crowd, middles } = this.data;
    pen.fillStyle = this.colours.ink;
    for (const value of marks(low, high, 4)) {
      stroke(pen, [[left, y(value)], [right, y(value)]], this.colours.line, 1);
      pen.textAlign = "right";
      pen.fillText(tick(value), left - 6, y(value) + 6);
    }
    for (const i of marks(0, points - 1, Math.min(points - 1, 6)).filter(Number.isInteger)) {
      pen.textAlign = "center";
      pen.fillText(String(i), x(i), floor + 20);
    }
    pen.textAlign = "left";
    pen.fillText(up, 8, 19);
    pen.textAlign = "right";
    pen.fillText(across, right, height - 5);
    pen.textAlign = "left";
    const path = (curve) => curve.flatMap((value, i) => (value === null ? [] : [[x(i), y(value)]]));
    pen.globalAlpha = Math.max(0.12, 0.4 - (crowd?.length ?? 0) / 200);
    for (const curve of crowd ?? []) stroke(pen, path(curve), this.colours.state, 1.5);
    pen.globalAlpha = 1;
    for (const [n, [, curve]] of middles.entries()) {
      stroke(pen, path(curve), this.colours.state, 4, n < middles.length - 1 ? [2, 5] : [12, 4]);
    }
    const own = path(this.curve);
    stroke(pen, own, this.colours.action, 3, truth ? [7, 5] : []);
    if (own.length === 1) dot(pen, own[0][0], own[0][1], 4, this.colours.action);
    const known = path(truth ?? []);
    if (known.length) stroke(pen, known, this.colours.reward, 4);
    const rooms = middles.map(([name, curve]) => [name, path(curve)]);
    const named = truth ? [["what happened", known], ["your guess", own], ...rooms] : rooms;
    const lines = named.map(([, line]) => line).filter((line) => line.length);
    const taken = [];
    for (const [name, line] of named) {
      if (!line.length) continue;
      const { width: wide, fontBoundingBoxAscent: ascent } = pen.measureText(name);
      const box = beside(line, wide + 4, ascent + 4, [left, 2, width, floor], lines, taken);
      label(pen, name, (box[0] + box[2]) / 2, box[3] - 3, width, this.colours);
      taken.push(box);
    }
    if (!truth && !own.length && !crowd) label(pen, "draw it here", (left + right) / 2, (top + floor) / 2, width, this.colours);
    if (this.open && this.canvas.matches(":focus-visible")) {
      const whole = filled(this.curve);
      const at = whole ? whole[this.at] : (low + high) / 2;
      stroke(pen, [[x(this.at), top], [x(this.at), floor]], this.colours.ink, 1, [3, 3]);
      dot(pen, x(this.at), y(at), 6, this.colours.action);
    }
  }
}

export default mounted(Sketch);
