// The chart of returns: how G_0 is spread over many trajectories, and how its mean closes in on the expected return.
// While gamma is dragged all of it is worked out anew here, in the frame of the hand; Python hears of it on release.

import { extent, marks } from "../kit/axis.js";
import { label, penOf, shade, stroke, trace, upright } from "../kit/canvas.js";
import { added, dragged, put } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { clamp, figure, stepped } from "../kit/numbers.js";
import { besideLines, between, checkpoints, histogram, reach, returnsOf, runningMeans } from "./engine.js";

const BINS = 61;
const POINTS = 240;
const FEW = 5; // returns, of which the mean says nothing yet
const GAMMAS = [0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1];

class ReturnsChart extends Instrument {
  constructor(root) {
    super(root, ".returns-chart");
    this.title = this.find(".title");
    this.fitButton = this.find(".fit");
    this.spread = this.find(".spread");
    this.running = this.find(".running");
    this.slider = this.find(".gamma");
    this.readout = this.find(".readout");
    this.means = this.find(".means");
    this.live = this.find(".live");
    this.gamma = 0.9;
    this.command = null;
    this.key = null;
    const drag = (gamma) => {
      this.gamma = clamp(gamma, 0, 1, this.gamma);
      this.invalidate();
    };
    dragged(this.slider, drag, () => this.commit());
    this.fitButton.addEventListener("click", () => {
      this.fit = !this.fit;
      this.invalidate();
    });
    for (const canvas of [this.spread, this.running]) this.whenResized(canvas, () => this.invalidate());
  }

  receive({ data, setStateValue }) {
    this.setState = setStateValue;
    this.data = data;
    if (data.command !== this.command) {
      this.command = data.command;
      this.gamma = clamp(data.gamma, 0, 1, 0.9);
    }
    if (data.key !== this.key) {
      this.key = data.key;
      this.payments = unpacked(data);
      this.everywhere = reach(this.payments, GAMMAS);
      const [low, high] = reach(this.payments, [this.gamma]);
      if (data.subject !== this.subject) this.fit = high - low < 0.2 * (this.everywhere[1] - this.everywhere[0]);
      this.subject = data.subject;
    }
    this.colours = this.followTheme();
    this.invalidate();
  }

  commit() {
    this.setState("gamma", this.gamma);
    this.live.textContent = this.said();
  }

  draw() {
    if (!this.payments) return;
    const { data, gamma } = this;
    put(this.slider, gamma, `gamma ${figure(gamma)}`);
    this.readout.textContent = `γ gamma ${figure(gamma)}`;
    this.title.textContent = data.title;
    this.fitButton.setAttribute("aria-pressed", String(this.fit));
    this.returns = returnsOf(this.payments, gamma);
    const at = checkpoints(this.payments.count, POINTS);
    this.curve = { at, ...runningMeans(this.returns, at) };
    this.now = { mean: this.curve.mean.at(-1), half: this.curve.half.at(-1) };
    this.exact = data.exact && { value: between(data.exact.values, gamma), half: between(data.exact.halves, gamma) };
    this.drawSpread();
    this.drawRunning();
    this.write();
  }

  drawSpread() {
    const { pen, size, width, height } = penOf(this.spread, this.colours.font);
    if (!width) return;
    const { colours, returns, now, exact } = this;
    let [low, high] = extent([this.fit ? returns : this.everywhere, exact ? [exact.value] : []], 0);
    const margin = (high - low) / BINS / 2;
    [low, high] = [low - margin, high + margin];
    const counts = histogram(returns, low, high, BINS);
    const most = Math.max(...counts);
    const line = size + 2;
    const [top, floor] = [3 * line + 1, height - 20];
    const x = (value) => ((value - low) / (high - low)) * width;
    pen.textBaseline = "alphabetic";
    pen.fillStyle = colours.line;
    pen.fillRect(0, floor, width, 1);
    counts.forEach((n, i) => {
      if (!n) return;
      const middle = low + ((i + 0.5) / BINS) * (high - low);
      const tall = Math.max((n / most) * (floor - top), 2);
      pen.fillStyle = middle < -margin ? colours.loss : colours.reward;
      pen.fillRect((i / BINS) * width + 0.5, floor - tall, width / BINS - 1, tall);
    });
    pen.fillStyle = colours.ink;
    for (const value of marks(low, high, width / 90)) {
      pen.fillRect(x(value), floor, 1, 4);
      label(pen, beside(value, high - low), x(value), height - 5, width, colours);
    }
    if (exact) upright(pen, "E[G₀]", x(exact.value), line - 3, line + 1, floor, width, colours, { thick: 2.5, dash: [5, 4] });
    const row = exact && Math.abs(x(exact.value) - x(now.mean)) < 3.5 * size ? 2 * line - 3 : line - 3;
    upright(pen, "mean", x(now.mean), row, line + 1, floor, width, colours, { thick: 2.5 });
    const share = `${Math.round((100 * most) / returns.length)} %`;
    const lines = [x(now.mean), ...(exact ? [x(exact.value)] : [])];
    const half = pen.measureText(share).width / 2 + 4;
    label(pen, share, besideLines(((counts.indexOf(most) + 0.5) / BINS) * width, half, lines, width), 3 * line - 3, width, colours);
    this.spread.setAttribute("aria-label", `Histogram. ${this.said()}`);
  }

  drawRunning() {
    this.running.hidden = this.payments.count < FEW;
    if (this.running.hidden) return;
    const { pen, size, width, height } = penOf(this.running, this.colours.font);
    if (!width) return;
    const { colours, curve, exact } = this;
    const [left, top, floor] = [52, 6, height - 20];
    const n = curve.at.at(-1);
    // The first few means say nothing, and their band would flatten all the rest.
    const shown = curve.at.map((count, i) => i).filter((i) => curve.at[i] >= FEW);
    const edges = shown.flatMap((i) => [curve.mean[i] - (curve.half[i] ?? 0), curve.mean[i] + (curve.half[i] ?? 0)]);
    const [low, high] = extent([edges, exact ? [exact.value - exact.half, exact.value + exact.half] : []], 0);
    const logs = Math.log(Math.max(n, 2));
    const x = (count) => left + (Math.log(count) / logs) * (width - left - 6);
    const y = (value) => floor - ((value - low) / (high - low)) * (floor - top);
    pen.fillStyle = colours.ink;
    pen.textBaseline = "middle";
    for (const value of marks(low, high, 3)) {
      pen.fillText(beside(value, high - low), 0, y(value));
      shade(pen, 0.18, left, y(value), width - left, 1);
    }
    pen.textBaseline = "alphabetic";
    const tens = Array.from({ length: Math.floor(Math.log10(n) + 1e-9) + 1 }, (_, i) => 10 ** i);
    const ends = x(n) - x(tens.at(-1)) > 5 * size ? [n] : []; // where it ends, if there is room beside the last ten
    for (const count of [...tens, ...ends]) label(pen, count.toLocaleString("en"), x(count), height - 5, width, colours);
    if (exact && exact.half > 0) {
      pen.fillStyle = colours.ink;
      const [upper, lower] = [y(exact.value + exact.half), y(exact.value - exact.half)];
      shade(pen, 0.14, left, upper, width - left, lower - upper);
    }
    const band = shown.filter((i) => curve.half[i] !== null);
    const [above, below] = [1, -1].map((sign) => band.map((i) => [x(curve.at[i]), y(curve.mean[i] + sign * curve.half[i])]));
    trace(pen, [...above, ...below.reverse()]);
    pen.fillStyle = colours.reward;
    pen.globalAlpha = 0.3;
    pen.fill();
    pen.globalAlpha = 1;
    stroke(pen, shown.map((i) => [x(curve.at[i]), y(curve.mean[i])]), colours.reward, 2.5);
    if (exact) stroke(pen, [[left, y(exact.value)], [width, y(exact.value)]], colours.ink, 2, [5, 4]);
    this.running.setAttribute("aria-label", `The mean of the first 1 to ${n} returns with its 95 % band. ${this.said()}`);
  }

  /** The numbers in one line. */
  write() {
    const { now, exact } = this;
    const add = (className, text, /** @type {"span" | "b"} */ name = "span") => added(this.means, name, className, text);
    this.means.replaceChildren();
    add("", "mean G₀ ");
    add("gain", digits(now.mean), "b");
    if (now.half !== null) add("", ` ± ${digits(now.half)} (95 %)`);
    if (exact) {
      add("exact", ` · ${this.data.exact.name} `);
      add("", digits(exact.value), "b");
      if (exact.half > 5e-5) add("exact", ` ± ${digits(exact.half)}`);
    }
  }

  said() {
    const { now, exact, gamma, payments } = this;
    const sure = now.half === null ? "" : ` plus or minus ${digits(now.half)}`;
    const held = exact ? `; ${this.data.exact.name} ${digits(exact.value)}` : "";
    return `gamma ${figure(gamma)}: the mean of ${payments.count} returns is ${digits(now.mean)}${sure}${held}.`;
  }
}

function digits(value) {
  return value === 0 ? figure(0, 3) : stepped(value, Infinity, 100, 10, 0.01);
}

/** A number beside an axis, with as many decimals as the axis needs. */
function beside(value, span) {
  return figure(value, Math.max(0, Math.min(4, Math.ceil(1 - Math.log10(span) + 0.3))));
}

function bytesOf(packed) {
  return Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
}

function unpacked({ count, packed, values }) {
  const [rows, starts, stops, which] = ["rows", "starts", "stops", "which"].map((name) => new Uint16Array(bytesOf(packed[name]).buffer));
  return { count, rows, starts, stops, rewards: Float64Array.from(which, (i) => values[i]) };
}

export default mounted(ReturnsChart);
