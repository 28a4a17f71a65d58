// The estimate: drag the number of texts, drag the baseline; the gradient that they give, and how far off it is.
// All of it is worked out here, in the frame of the hand, from coefficients that Python sent once.

import { dot, penOf, shade, stroke } from "../kit/canvas.js";
import { button, dragged, made, put, swallow } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { clamp, figure, stepped } from "../kit/numbers.js";
import { roomIn } from "../kit/page_pixel.js";
import { cosine, estimated, gain, lengthAt, nearest, powers, share, slope } from "./engine.js";

const BLOCKS = 16; // of a size at least, for the slope
const START = 0.5; // of the way from one text to all
const NARROW = 700; // page pixels

class Estimate extends Instrument {
  constructor(root) {
    super(root, ".estimate");
    this.texts = this.find(".texts");
    this.baseline = this.find(".baseline");
    this.places = this.find(".places");
    this.errors = this.find(".errors");
    this.numbers = this.find(".numbers");
    this.means = this.find(".means");
    this.live = this.find(".live");
    this.saidN = this.find(".readout.n");
    this.saidB = this.find(".readout.b");
    this.title = this.find(".numbers-title");
    dragged(this.texts, (way) => this.dragN(way), () => this.speak());
    dragged(this.baseline, (b) => this.moveTo(b), () => this.speak());
    this.texts.addEventListener("keydown", (event) => this.step(event));
    this.whenResized(this.box, () => {
      this.box.classList.toggle("narrow", roomIn(this.box).width < NARROW);
      this.invalidate();
    });
  }

  receive({ data }) {
    if (data.of !== this.data?.of) {
      this.i = nearest(data.counts, START);
      this.b = 0;
      this.texts.value = String(share(data.counts, this.i));
      this.baseline.min = String(data.low);
      this.baseline.max = String(data.high);
      this.baseline.step = String((data.high - data.low) / 200 || 0.01);
      this.offer(data);
    }
    this.data = data;
    this.colours = this.followTheme();
    this.invalidate();
  }

  offer({ mean, best }) {
    const places = [["no baseline", 0], [`b = mean score ${figure(mean)}`, mean], [`best b ${figure(best)}`, best]];
    this.buttons = places.map(([name, b]) => {
      const to = () => {
        this.moveTo(b);
        this.speak();
      };
      return { b, element: button(name, to) };
    });
    this.places.replaceChildren(...this.buttons.map(({ element }) => element));
  }

  dragN(way) {
    this.i = nearest(this.data.counts, clamp(way, 0, 1, START));
    this.invalidate();
  }

  /** A key goes to the next count: on the scale of the mouse many steps would do nothing. */
  step(event) {
    const far = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 24, PageDown: -24, Home: -1e6, End: 1e6 }[event.key];
    if (!far) return;
    swallow(event);
    this.i = clamp(this.i + far, 0, this.data.counts.length - 1);
    this.texts.value = String(share(this.data.counts, this.i));
    this.speak();
    this.invalidate();
  }

  moveTo(b) {
    this.b = clamp(b, -1e9, 1e9, 0);
    this.invalidate();
  }

  /** What the picture says now, in numbers. */
  now() {
    const { data, i, b } = this;
    const n = data.counts[i];
    return {
      n,
      error: lengthAt(data.errors[i], b) / data.length,
      expected: lengthAt(data.variance, b) / Math.sqrt(n) / data.length,
      cosine: cosine(data.products[i], data.lengths[i], data.length, b),
      slope: slope(data.sizes, data.blocks.map((c) => lengthAt(c, b)), BLOCKS),
      gain: gain(data.variance, b),
    };
  }

  draw() {
    if (!this.data) return;
    const now = this.now();
    this.saidN.textContent = `N ${now.n.toLocaleString("en")} text${now.n > 1 ? "s" : ""}`;
    this.saidB.textContent = `b baseline ${figure(this.b)}`;
    this.texts.setAttribute("aria-valuetext", `${now.n} texts`);
    put(this.baseline, this.b, `baseline ${figure(this.b)}`);
    for (const { b, element } of this.buttons) element.setAttribute("aria-pressed", String(Math.abs(b - this.b) < 1e-9));
    this.drawErrors(now);
    this.drawNumbers(now);
    this.write(now);
  }

  drawErrors(now) {
    const { pen, width, height } = penOf(this.errors, this.colours.font);
    if (!width) return;
    const { data, colours, b } = this;
    const { counts, sizes, length } = data;
    const most = counts.at(-1);
    const [left, right, top, floor] = [46, width - 8, 8, height - 38];
    // A scale that holds all baselines, so that it stands still while one is dragged.
    const ends = [data.low, data.high, data.best, 0].map((at) => lengthAt(data.variance, at) / length);
    const [high, low] = [Math.max(...ends) * 1.6, (Math.min(...ends) / Math.sqrt(most)) * 0.5];
    if (!(low > 0)) return;
    const x = (n) => left + (Math.log(n) / Math.log(most)) * (right - left);
    const y = (error) => floor - ((Math.log(error) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (floor - top);
    pen.fillStyle = colours.ink;
    pen.textBaseline = "middle";
    for (const value of powers(low, high)) {
      pen.fillText(String(value), 0, y(value));
      shade(pen, value === 1 ? 0.5 : 0.15, left, y(value), right - left, 1);
    }
    pen.textBaseline = "alphabetic";
    pen.textAlign = "center";
    for (let n = 1; n <= most; n *= width < 420 ? 16 : 4) {
      pen.fillRect(x(n), floor, 1, 4);
      pen.fillText(n.toLocaleString("en"), Math.min(x(n), right - 16), floor + 18);
    }
    pen.fillText("N texts", (left + right) / 2, floor + 35);
    pen.textAlign = "left";
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, right - left + 6, floor);
    pen.clip();
    const expected = (at) => [1, most].map((n) => [x(n), y(lengthAt(data.variance, at) / Math.sqrt(n) / length)]);
    // This run, text by text.
    pen.globalAlpha = 0.55;
    stroke(pen, counts.map((n, i) => [x(n), y(Math.max(lengthAt(data.errors[i], b) / length, low / 10))]), colours.policy, 1.5);
    pen.globalAlpha = 1;
    // What is to be expected: without a baseline dashed, with this one solid.
    stroke(pen, expected(0), colours.ink, 2, [6, 5]);
    stroke(pen, expected(b), colours.policy, 3);
    sizes.forEach((n, i) => dot(pen, x(n), y(Math.max(lengthAt(data.blocks[i], b) / length, low / 10)), 4.5, colours.policy));
    pen.fillStyle = colours.ink;
    shade(pen, 0.6, x(now.n) - 1, 0, 2, floor);
    pen.restore();
    Object.assign(pen, { strokeStyle: colours.ink, lineWidth: 2.5 });
    dot(pen, x(now.n), Math.min(y(Math.max(now.error, low)), floor), 8, colours.policy);
    pen.stroke();
    this.key(pen, right, top);
    this.errors.setAttribute("aria-label", `Error over the number of texts, both on logarithmic scales, falling as one over the root of N. ${this.said()}`);
  }

  /** What the lines are. */
  key(pen, right, top) {
    const { colours } = this;
    /** @type {[string, (y: number) => void][]} */
    const rows = [
      ["expected without a baseline", (y) => stroke(pen, [[0, y], [44, y]], colours.ink, 2, [6, 5])],
      ["expected with b: ∝ 1/√N", (y) => stroke(pen, [[0, y], [44, y]], colours.policy, 3)],
      ["measured, over blocks of N texts", (y) => dot(pen, 39, y, 4.5, colours.policy)],
    ];
    pen.textAlign = "right";
    rows.forEach(([name, draw], i) => {
      const room = pen.measureText(name).width + 50;
      pen.fillStyle = colours.ground;
      shade(pen, 0.75, right - room, top + 18 * i, room, 18);
      pen.fillStyle = colours.ink;
      pen.fillText(name, right - 2, top + 14 + 18 * i);
      pen.save();
      pen.translate(right - room, 0);
      draw(top + 9 + 18 * i);
      pen.restore();
    });
    pen.textAlign = "left";
  }

  drawNumbers(now) {
    const { pen, width, height } = penOf(this.numbers, this.colours.font);
    if (!width) return;
    const { data, colours, b, i } = this;
    const found = estimated(data.estimates[i], b);
    const most = Math.max(...data.exact.map(Math.abs)) * 2 || 1;
    const [middle, half] = [width / 2, width / 2 - 4];
    const tall = (height - 26) / data.exact.length;
    this.title.textContent = `the gradient's ${data.exact.length} largest numbers of ${data.numbers.toLocaleString("en")}`;
    data.exact.forEach((exact, k) => {
      const y = k * tall;
      const wide = (value) => Math.max(-1, Math.min(1, value / most)) * half;
      const [estimate, truth] = [wide(found[k]), wide(exact)];
      pen.fillStyle = colours.policy;
      pen.fillRect(Math.min(middle, middle + estimate), y + 3, Math.abs(estimate), tall - 6);
      if (Math.abs(found[k]) > most) {
        pen.fillStyle = colours.ground; // a notch: it goes on beyond the edge
        pen.fillRect(middle + estimate - Math.sign(estimate) * 9, y + 2, 3, tall - 4);
      }
      pen.strokeStyle = colours.ink;
      pen.lineWidth = 2.5;
      pen.strokeRect(Math.min(middle, middle + truth), y + 3, Math.abs(truth), tall - 6);
    });
    pen.fillStyle = colours.ink;
    pen.fillRect(middle - 0.5, 0, 1, height - 26);
    pen.textBaseline = "alphabetic";
    pen.strokeRect(4, height - 16, 14, 10);
    pen.fillText("exact", 24, height - 6);
    pen.textAlign = "right";
    pen.fillStyle = colours.policy;
    const legend = `estimate from ${now.n.toLocaleString("en")} texts`;
    pen.fillText(legend, width - 4, height - 6);
    pen.fillRect(width - pen.measureText(legend).width - 18, height - 16, 10, 10);
    pen.textAlign = "left";
    const pairs = data.exact.map((exact, k) => `${figure(exact, 3)} and ${figure(found[k], 3)}`).join("; ");
    this.numbers.setAttribute("aria-label", `Exact and estimated: ${pairs}.`);
  }

  /** The numbers in one line. */
  write(now) {
    const parts = [
      ["", "cosine "],
      ["cosine", figure(now.cosine, 3)],
      ["", " · error "],
      ["error", `${Math.round(100 * now.error)} %`],
      ["", ` of the gradient, expected ${Math.round(100 * now.expected)} % · measured slope `],
      ["slope", now.slope === null ? "none" : figure(now.slope)],
      ["", " (1/√N: −0.50) · "],
    ];
    if (Math.abs(this.b) < 1e-9) parts.push(["", "no baseline yet: drag b"]);
    else {
      parts.push(["", now.gain >= 1 ? "b is worth " : "this b is as bad as "]);
      parts.push(["gain", now.gain >= 1 ? `${times(now.gain)} times` : `1/${times(1 / now.gain)}`]);
      parts.push(["", now.gain >= 1 ? " as many texts" : " of the texts"]);
    }
    this.means.replaceChildren(...parts.map(([className, text]) => made(className ? "b" : "span", className, text)));
  }

  speak() {
    this.live.textContent = this.said();
  }

  said() {
    const now = this.now();
    return `${now.n} texts, baseline ${figure(this.b)}: the estimate is off by ${Math.round(100 * now.error)} % of the gradient's length, cosine ${figure(now.cosine, 3)}; the baseline is worth ${times(now.gain)} times as many texts.`;
  }
}

function times(value) {
  return stepped(value, 10, 1.095);
}

export default mounted(Estimate);
