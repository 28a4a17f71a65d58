// The chart of returns: how G_0 is spread over many trajectories, and how its mean closes in on the expected return.
// While gamma is dragged all of it is worked out anew here, in the frame of the hand; Python hears of it on release.

const BINS = 61;
const POINTS = 240;
const FEW = 5; // returns, of which the mean says nothing yet
const GAMMAS = [0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1];

class ReturnsChart {
  constructor(root) {
    this.root = root;
    this.box = root.querySelector(".returns-chart");
    const one = (selector) => root.querySelector(selector);
    [this.title, this.fitButton, this.spread, this.running] = [".title", ".fit", ".spread", ".running"].map(one);
    [this.slider, this.readout, this.means, this.live] = [".gamma", ".readout", ".means", ".live"].map(one);
    this.gamma = 0.9;
    this.command = null;
    this.key = null;
    this.frame = 0;
    this.slider.addEventListener("input", () => {
      this.gamma = clamp(this.slider.value, 0, 1, this.gamma);
      this.invalidate();
    });
    this.slider.addEventListener("change", () => this.commit());
    this.fitButton.addEventListener("click", () => {
      this.fit = !this.fit;
      this.invalidate();
    });
    this.resized = new ResizeObserver(() => this.invalidate());
    this.resized.observe(this.box);
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
    followTheme(this.box);
    const style = getComputedStyle(this.box);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colours = { ink: read("--ink"), line: read("--line"), gain: read("--reward"), loss: read("--loss"), quiet: read("--policy"), ground: read("--ground"), panel: read("--panel"), font: style.fontFamily };
    this.invalidate();
  }

  invalidate() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  commit() {
    this.setState("gamma", this.gamma);
    this.live.textContent = this.said();
  }

  draw() {
    this.frame = 0;
    if (!this.payments) return;
    const { data, gamma } = this;
    this.slider.value = String(gamma);
    this.slider.setAttribute("aria-valuetext", `gamma ${figure(gamma)}`);
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
    const { pen, width, height } = penOf(this.spread, `13px ${this.colours.font}`);
    if (!width) return;
    const { colours, returns, now, exact } = this;
    let [low, high] = this.everywhere;
    if (this.fit) {
      [low, high] = [Infinity, -Infinity];
      for (const value of returns) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    if (exact) [low, high] = [Math.min(low, exact.value), Math.max(high, exact.value)];
    if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
    const margin = (high - low) / BINS / 2;
    [low, high] = [low - margin, high + margin];
    const counts = histogram(returns, low, high, BINS);
    const most = Math.max(...counts);
    const [top, floor] = [40, height - 20];
    const x = (value) => ((value - low) / (high - low)) * width;
    pen.textBaseline = "alphabetic";
    pen.fillStyle = colours.line;
    pen.fillRect(0, floor, width, 1);
    counts.forEach((n, i) => {
      if (!n) return;
      const middle = low + ((i + 0.5) / BINS) * (high - low);
      const tall = Math.max((n / most) * (floor - top), 2);
      pen.fillStyle = middle < -margin ? colours.loss : colours.gain;
      pen.fillRect((i / BINS) * width + 0.5, floor - tall, width / BINS - 1, tall);
    });
    pen.fillStyle = colours.ink;
    for (const value of ticks(low, high, width / 90)) {
      pen.fillRect(x(value), floor, 1, 4);
      this.label(pen, short(value, high - low), x(value), height - 5, width);
    }
    if (exact) this.line(pen, x(exact.value), 16, floor, colours.ink, [5, 4], "E[G₀]", 12, width);
    this.line(pen, x(now.mean), 16, floor, colours.ink, [], "mean", exact && Math.abs(x(exact.value) - x(now.mean)) < 46 ? 24 : 12, width);
    const tallest = counts.indexOf(most);
    this.label(pen, `${Math.round((100 * most) / returns.length)} %`, ((tallest + 0.5) / BINS) * width, 37, width);
    this.spread.setAttribute("aria-label", `Histogram. ${this.said()}`);
  }

  line(pen, x, top, floor, colour, dash, name, y, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.5;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, floor);
    pen.stroke();
    pen.setLineDash([]);
    pen.font = `600 13px ${this.colours.font}`;
    this.label(pen, name, x, y, width);
    pen.font = `13px ${this.colours.font}`;
  }

  label(pen, text, x, y, width) {
    const room = pen.measureText(text).width;
    const left = Math.min(Math.max(x - room / 2, 1), width - room - 1);
    pen.fillStyle = this.colours.ground;
    pen.globalAlpha = 0.75;
    pen.fillRect(left - 1, y - 11, room + 2, 14);
    pen.globalAlpha = 1;
    pen.fillStyle = this.colours.ink;
    pen.fillText(text, left, y);
  }

  drawRunning() {
    this.running.hidden = this.payments.count < FEW;
    if (this.running.hidden) return;
    const { pen, width, height } = penOf(this.running, `13px ${this.colours.font}`);
    if (!width) return;
    const { colours, curve, exact } = this;
    const [left, top, floor] = [52, 6, height - 20];
    const n = curve.at.at(-1);
    // The first few means say nothing, and their band would flatten all the rest.
    const shown = curve.at.map((count, i) => i).filter((i) => curve.at[i] >= FEW);
    let [low, high] = [Infinity, -Infinity];
    for (const i of shown) {
      const half = curve.half[i] ?? 0;
      [low, high] = [Math.min(low, curve.mean[i] - half), Math.max(high, curve.mean[i] + half)];
    }
    if (exact) [low, high] = [Math.min(low, exact.value - exact.half), Math.max(high, exact.value + exact.half)];
    if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
    const logs = Math.log(Math.max(n, 2));
    const x = (count) => left + (Math.log(count) / logs) * (width - left - 6);
    const y = (value) => floor - ((value - low) / (high - low)) * (floor - top);
    pen.fillStyle = colours.ink;
    pen.textBaseline = "middle";
    for (const value of ticks(low, high, 3)) {
      pen.fillText(short(value, high - low), 0, y(value));
      pen.globalAlpha = 0.18;
      pen.fillRect(left, y(value), width - left, 1);
      pen.globalAlpha = 1;
    }
    pen.textBaseline = "alphabetic";
    for (let count = 1; count <= n; count *= 10) {
      this.label(pen, count.toLocaleString("en"), x(count), height - 5, width);
    }
    const path = (points) => {
      pen.beginPath();
      points.forEach(([px, py], i) => (i ? pen.lineTo(px, py) : pen.moveTo(px, py)));
    };
    if (exact && exact.half > 0) {
      pen.fillStyle = colours.ink;
      pen.globalAlpha = 0.14;
      pen.fillRect(left, y(exact.value + exact.half), width - left, y(exact.value - exact.half) - y(exact.value + exact.half));
      pen.globalAlpha = 1;
    }
    const band = shown.filter((i) => curve.half[i] !== null);
    path([...band.map((i) => [x(curve.at[i]), y(curve.mean[i] + curve.half[i])]), ...band.reverse().map((i) => [x(curve.at[i]), y(curve.mean[i] - curve.half[i])])]);
    pen.fillStyle = colours.gain;
    pen.globalAlpha = 0.3;
    pen.fill();
    pen.globalAlpha = 1;
    path(shown.map((i) => [x(curve.at[i]), y(curve.mean[i])]));
    pen.strokeStyle = colours.gain;
    pen.lineWidth = 2.5;
    pen.stroke();
    if (exact) {
      path([[left, y(exact.value)], [width, y(exact.value)]]);
      pen.strokeStyle = colours.ink;
      pen.lineWidth = 2;
      pen.setLineDash([5, 4]);
      pen.stroke();
      pen.setLineDash([]);
    }
    this.running.setAttribute("aria-label", `The mean of the first 1 to ${n} returns with its 95 % band. ${this.said()}`);
  }

  /** The numbers in one line. */
  write() {
    const { now, exact } = this;
    const add = (className, text, name = "span") => {
      const element = document.createElement(name);
      element.className = className;
      element.textContent = text;
      this.means.append(element);
    };
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

  close() {
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
  }
}

function digits(value) {
  const size = Math.abs(value);
  return figure(value, size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.01 || size === 0 ? 3 : 4);
}

/** A tick's number, with as many decimals as its axis needs. */
function short(value, span) {
  return figure(value, Math.max(0, Math.min(4, Math.ceil(1 - Math.log10(span) + 0.3))));
}

function bytesOf(packed) {
  return Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
}

function unpacked({ count, packed, values }) {
  const [rows, starts, stops, which] = ["rows", "starts", "stops", "which"].map((name) => new Uint16Array(bytesOf(packed[name]).buffer));
  return { count, rows, starts, stops, rewards: Float64Array.from(which, (i) => values[i]) };
}

const charts = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!charts.has(root)) charts.set(root, new ReturnsChart(root));
  const chart = charts.get(root);
  chart.receive(component);
  return () => {
    // A late cleanup must not hit a newer chart of the same place.
    if (charts.get(root) === chart) charts.delete(root);
    chart.close();
  };
}
