// The estimate: drag the number of texts, drag the baseline; the gradient that they give, and how far off it is.
// All of it is worked out here, in the frame of the hand, from coefficients that Python sent once.

const BLOCKS = 16; // of a size at least, for the slope
const START = 0.5; // of the way from one text to all
const NARROW = 700; // px

class Estimate {
  constructor(root) {
    this.box = root.querySelector(".estimate");
    const one = (selector) => root.querySelector(selector);
    [this.texts, this.baseline, this.places, this.errors] = [".texts", ".baseline", ".places", ".errors"].map(one);
    [this.numbers, this.means, this.live] = [".numbers", ".means", ".live"].map(one);
    [this.saidN, this.saidB, this.title] = [".readout.n", ".readout.b", ".numbers-title"].map(one);
    this.frame = 0;
    this.texts.addEventListener("input", () => this.dragN());
    this.texts.addEventListener("keydown", (event) => this.step(event));
    this.baseline.addEventListener("input", () => this.put(Number(this.baseline.value)));
    for (const slider of [this.texts, this.baseline]) {
      slider.addEventListener("change", () => (this.live.textContent = this.said()));
    }
    this.resized = new ResizeObserver(() => {
      this.box.classList.toggle("narrow", this.box.clientWidth < NARROW);
      this.invalidate();
    });
    this.resized.observe(this.box);
  }

  receive({ data }) {
    if (data.of !== this.data?.of) {
      this.i = nearest(data.counts, START);
      this.b = 0;
      this.texts.value = String(share(data.counts, this.i));
      this.baseline.min = String(data.low);
      this.baseline.max = String(data.high);
      this.baseline.step = String((data.high - data.low) / 200 || 0.01);
      this.buttons(data);
    }
    this.data = data;
    followTheme(this.box);
    const style = getComputedStyle(this.box);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colours = { ink: read("--ink"), line: read("--line"), policy: read("--policy"), quiet: read("--reward"), ground: read("--ground"), font: style.fontFamily };
    this.invalidate();
  }

  buttons({ mean, best }) {
    const places = [["no baseline", 0], [`b = mean score ${figure(mean)}`, mean], [`best b ${figure(best)}`, best]];
    this.places.replaceChildren(
      ...places.map(([name, b]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = name;
        button.addEventListener("click", () => {
          this.put(b);
          this.live.textContent = this.said();
        });
        button.place = b;
        return button;
      })
    );
  }

  dragN() {
    this.i = nearest(this.data.counts, clamp(this.texts.value, 0, 1, START));
    this.invalidate();
  }

  /** A key goes to the next count: on the scale of the mouse many steps would do nothing. */
  step(event) {
    const far = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 24, PageDown: -24, Home: -1e6, End: 1e6 }[event.key];
    if (!far) return;
    event.preventDefault();
    event.stopPropagation();
    this.i = Math.min(Math.max(this.i + far, 0), this.data.counts.length - 1);
    this.texts.value = String(share(this.data.counts, this.i));
    this.live.textContent = this.said();
    this.invalidate();
  }

  put(b) {
    this.b = clamp(b, -1e9, 1e9, 0);
    this.invalidate();
  }

  invalidate() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
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
    this.frame = 0;
    if (!this.data) return;
    const now = this.now();
    this.baseline.value = String(this.b);
    this.saidN.textContent = `N ${now.n.toLocaleString("en")} text${now.n > 1 ? "s" : ""}`;
    this.saidB.textContent = `b baseline ${figure(this.b)}`;
    this.texts.setAttribute("aria-valuetext", `${now.n} texts`);
    this.baseline.setAttribute("aria-valuetext", `baseline ${figure(this.b)}`);
    for (const button of this.places.children) {
      button.setAttribute("aria-pressed", String(Math.abs(button.place - this.b) < 1e-9));
    }
    this.drawErrors(now);
    this.drawNumbers(now);
    this.write(now);
  }

  drawErrors(now) {
    const { pen, width, height } = penOf(this.errors, `14px ${this.colours.font}`);
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
      pen.globalAlpha = value === 1 ? 0.5 : 0.15;
      pen.fillRect(left, y(value), right - left, 1);
      pen.globalAlpha = 1;
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
    const path = (points) => {
      pen.beginPath();
      points.forEach(([px, py], i) => (i ? pen.lineTo(px, py) : pen.moveTo(px, py)));
      pen.stroke();
    };
    const expected = (at) => [1, most].map((n) => [x(n), y(lengthAt(data.variance, at) / Math.sqrt(n) / length)]);
    // This run, text by text.
    pen.strokeStyle = colours.policy;
    pen.globalAlpha = 0.55;
    pen.lineWidth = 1.5;
    path(counts.map((n, i) => [x(n), y(Math.max(lengthAt(data.errors[i], b) / length, low / 10))]));
    pen.globalAlpha = 1;
    // What is to be expected: without a baseline dashed, with this one solid.
    pen.lineWidth = 2;
    pen.strokeStyle = colours.ink;
    pen.setLineDash([6, 5]);
    path(expected(0));
    pen.setLineDash([]);
    pen.strokeStyle = colours.policy;
    pen.lineWidth = 3;
    path(expected(b));
    sizes.forEach((n, i) => {
      const at = [x(n), y(Math.max(lengthAt(data.blocks[i], b) / length, low / 10))];
      pen.fillStyle = colours.policy;
      pen.beginPath();
      pen.arc(...at, 4.5, 0, 2 * Math.PI);
      pen.fill();
    });
    pen.fillStyle = colours.ink;
    pen.globalAlpha = 0.6;
    pen.fillRect(x(now.n) - 1, 0, 2, floor);
    pen.globalAlpha = 1;
    pen.restore();
    pen.fillStyle = colours.policy;
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc(x(now.n), Math.min(y(Math.max(now.error, low)), floor), 8, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    this.key(pen, right, top);
    this.errors.setAttribute("aria-label", `Error over the number of texts, both on logarithmic scales, falling as one over the root of N. ${this.said()}`);
  }

  /** What the lines are. */
  key(pen, right, top) {
    const { colours } = this;
    const rows = [
      ["- - -", "expected without a baseline", colours.ink],
      ["———", "expected with b: ∝ 1/√N", colours.policy],
      ["●", "measured, over blocks of N texts", colours.policy],
    ];
    pen.textAlign = "right";
    pen.font = `14px ${colours.font}`;
    rows.forEach(([mark, name, colour], i) => {
      const room = pen.measureText(name).width + 50;
      pen.fillStyle = colours.ground;
      pen.globalAlpha = 0.75;
      pen.fillRect(right - room, top + 18 * i, room, 18);
      pen.globalAlpha = 1;
      pen.fillStyle = colours.ink;
      pen.fillText(name, right - 2, top + 14 + 18 * i);
      pen.fillStyle = colour;
      pen.fillText(mark, right - room + 44, top + 14 + 18 * i);
    });
    pen.textAlign = "left";
  }

  drawNumbers(now) {
    const { pen, width, height } = penOf(this.numbers, `14px ${this.colours.font}`);
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
    pen.fillText(`■ estimate from ${now.n.toLocaleString("en")} texts`, width - 4, height - 6);
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
    this.means.replaceChildren(
      ...parts.map(([className, text]) => {
        const element = document.createElement(className ? "b" : "span");
        element.className = className;
        element.textContent = text;
        return element;
      })
    );
  }

  said() {
    const now = this.now();
    return `${now.n} texts, baseline ${figure(this.b)}: the estimate is off by ${Math.round(100 * now.error)} % of the gradient's length, cosine ${figure(now.cosine, 3)}; the baseline is worth ${times(now.gain)} times as many texts.`;
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
  }
}

function times(value) {
  return figure(value, value >= 10 ? 0 : value >= 1.095 ? 1 : 2);
}

const estimates = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!estimates.has(root)) estimates.set(root, new Estimate(root));
  const estimate = estimates.get(root);
  estimate.receive(component);
  return () => {
    // A late cleanup must not hit a newer one of the same place.
    if (estimates.get(root) === estimate) estimates.delete(root);
    estimate.close();
  };
}
