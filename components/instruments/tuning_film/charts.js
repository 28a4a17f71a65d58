// Curves over the updates, and the plane of divergence and score. What stays is drawn once for new data; only the cursor moves.

import { extent, marks } from "../kit/axis.js";
import { added, find, setAll, shape } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { amount, digits, tick } from "../kit/numbers.js";
import { pagePixel, roomIn } from "../kit/page_pixel.js";
import { between, frontierAt, line } from "./engine.js";

const [GUTTER, DIGIT] = [46, 9.5]; // px left of a chart, and the width of a tick's digit
const WORD = 20; // px, the height of a word on a picture
const LEAST = 1e-3; // of a curve's span: below is nothing but rounding, such as the KL of a policy to itself

/** One quantity over the updates: line, band, and a second line where there is one. */
export class Curve {
  constructor(parent, kind, go) {
    const { name, unit, tone } = kind;
    this.kind = kind;
    /** @type {any} where n is drawn, and the way back; none before it is drawn */
    this.x = null;
    this.box = added(parent, "div", `curve ${tone}`);
    const head = added(this.box, "h3");
    this.title = added(head, "span", "", name);
    this.value = added(head, "b");
    this.more = added(head, "span", "quiet", unit);
    this.svg = shape(this.box, "svg", { class: "chart", role: "img" });
    const aim = (event) => {
      if (!this.x) return;
      const left = this.svg.getBoundingClientRect().left;
      go(Math.round(this.x.from((event.clientX - left) / pagePixel())), event.type === "pointerup");
    };
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      aim(event);
    });
    this.svg.addEventListener("pointermove", (event) => event.buttons && aim(event));
    this.svg.addEventListener("pointerup", aim);
  }

  draw(curves, until, names = {}) {
    const { width, height } = roomIn(this.svg);
    if (!width || !height) return;
    this.curves = curves;
    const { lines, band, error, axis } = this.kind;
    if (names.title) this.title.textContent = names.title;
    const series = lines.filter((key) => curves[key].some((value) => value !== null));
    const bounds = band ? band.map((key) => curves[key]) : [];
    const spread = error ? curves[lines[0]].flatMap((value, i) => [value - curves[error][i], value + curves[error][i]]) : [];
    const [low, high] = extent([...series.map((key) => curves[key]), ...bounds, spread], 0.06, LEAST);
    const [left, right, top, floor] = [GUTTER, width - 8, 7, height - (axis ? 20 : 5)];
    const x = (n) => left + (n / Math.max(until, 1)) * (right - left);
    x.from = (px) => ((px - left) / (right - left)) * Math.max(until, 1);
    const y = (value) => (value === null ? NaN : floor - ((value - low) / (high - low)) * (floor - top));
    this.x = x;
    this.y = y;
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const value of marks(low, high, Math.max(height / 45, 3))) {
      shape(this.svg, "line", { class: "mesh", x1: left, x2: right, y1: y(value), y2: y(value) });
      if (axis && y(value) > floor - 8) continue; // there stands "updates"
      const label = shape(this.svg, "text", { class: "tick", x: left - 6, y: y(value) + 5, "text-anchor": "end" }, tick(value));
      // The curves stand below one another, on one time: what is long is written narrower.
      if (tick(value).length * DIGIT > left - 6) setAll(label, { textLength: left - 8, lengthAdjust: "spacingAndGlyphs" });
    }
    const wide = marks(0, until, Math.max(width / 90, 2)).filter(Number.isInteger);
    if (axis) shape(this.svg, "text", { class: "tick", x: 0, y: height - 3 }, "updates");
    for (const n of axis ? wide.slice(1) : []) shape(this.svg, "text", { class: "tick", x: x(n), y: height - 3, "text-anchor": x(n) > right - 14 ? "end" : "middle" }, String(n));
    const xs = curves.n.map(x);
    if (band) shape(this.svg, "path", { class: "band", d: between(xs, curves[band[0]].map(y), curves[band[1]].map(y)) });
    if (error) {
      const [less, more] = [-1, 1].map((sign) => curves[lines[0]].map((value, i) => y(value + sign * curves[error][i])));
      shape(this.svg, "path", { class: "band sure", d: between(xs, less, more) });
    }
    series.forEach((key, i) => shape(this.svg, "path", { class: i ? "line second" : "line", d: line(xs, curves[key].map(y)) }));
    this.hair = shape(this.svg, "line", { class: "hair", y1: top - 4, y2: floor });
    this.dots = series.map((key, i) => shape(this.svg, "circle", { class: i ? "dot second" : "dot", r: 5 }));
    this.series = series;
    this.names = names;
  }

  point(i) {
    if (!this.x || !(i in this.curves.n)) return; // where there was no room, what is drawn is older than what came
    const at = this.x(this.curves.n[i]);
    setAll(this.hair, { x1: at, x2: at });
    this.series.forEach((key, k) => {
      const value = this.curves[key][i];
      this.dots[k].style.display = value === null ? "none" : "";
      if (value !== null) setAll(this.dots[k], { cx: at, cy: this.y(value) });
    });
    const { lines, error, unit } = this.kind;
    const value = this.curves[lines[0]][i];
    this.value.textContent = digits(value);
    const sure = error ? `± ${digits(this.curves[error][i])}` : "";
    const second = this.series[1] ? `${this.names.second} ${digits(this.curves[this.series[1]][i])}` : "";
    this.more.textContent = [sure, unit].filter(Boolean).join(" ");
    this.svg.setAttribute("aria-label", `${this.title.textContent} over the updates; here ${digits(value)} ${sure} ${unit} ${second}`.trim());
    if (this.names.second) {
      if (!this.other) this.other = added(find(this.box, "h3"), "span", "other");
      this.other.textContent = second;
    } else this.other?.remove();
    if (!this.names.second) this.other = null;
  }
}

/** Where every policy stands: how far from the reference, how high its score; the frontier above them. */
export class Plane {
  constructor(section) {
    this.section = section;
    this.svg = find(section, "svg");
    this.key = find(section, ".key");
    this.name = find(section, "h3 .name");
    this.value = find(section, "h3 b");
    this.more = find(section, "h3 .quiet");
  }

  draw(film) {
    const { curves, plane } = film;
    const { svg } = this;
    const { width, height } = roomIn(svg);
    if (!width || !height) return;
    this.film = film;
    const exact = plane ? plane.exact : [];
    const best = plane && plane.optimum;
    const far = Math.max(...curves.kl.map((value, i) => value + curves.kl_error[i]), ...exact.map((point) => point.kl), best ? best.kl : 0, 0.5) * 1.08;
    const on = plane ? plane.kl.map((kl, i) => i).filter((i) => plane.kl[i] <= far) : [];
    const rim = plane ? frontierNear(plane, far) : null;
    const spread = curves.score.flatMap((value, i) => [value - curves.error[i], value + curves.error[i]]);
    const [low, high] = extent([spread, exact.map((point) => point.score), on.map((i) => plane.reached[i]), [rim ?? NaN, best ? best.score : NaN]], 0.07);
    const ticks = marks(low, high, height / 45);
    const longest = Math.max(...ticks.map((value) => tick(value).length));
    const roof = 8;
    const [left, right, floor] = [Math.max(GUTTER, longest * DIGIT + 11), width - 10, height - 38];
    const top = plane ? roof + WORD : roof; // what is said above the frontier never crosses it
    const x = (kl) => left + (Math.max(kl, 0) / far) * (right - left);
    const y = (score) => floor - ((score - low) / (high - low)) * (floor - top);
    this.x = x;
    this.y = y;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const value of ticks) {
      shape(svg, "line", { class: "mesh", x1: left, x2: right, y1: y(value), y2: y(value) });
      shape(svg, "text", { class: "tick", x: left - 11, y: y(value) + 5, "text-anchor": "end" }, tick(value));
    }
    for (const value of marks(0, far, width / 80)) shape(svg, "text", { class: "tick", x: x(value), y: floor + 17, "text-anchor": value === 0 ? "start" : "middle" }, tick(value));
    shape(svg, "text", { class: "tick", x: (left + right) / 2, y: height - 3, "text-anchor": "middle" }, "KL to the reference, nats a text");
    if (plane) {
      const kls = [...on.map((i) => plane.kl[i]), far];
      const scores = [...on.map((i) => plane.reached[i]), rim ?? plane.reached.at(-1)];
      const [xs, ys] = [kls.map(x), scores.map(y)];
      shape(svg, "path", { class: "beyond", d: `${line(xs, ys)}L${right} ${roof - 4}L${left} ${roof - 4}Z` });
      shape(svg, "path", { class: "frontier", d: line(xs, ys) });
      shape(svg, "text", { class: "word", x: left + 8, y: roof + 12 }, "out of reach");
    }
    shape(svg, "path", { class: "way", d: line(curves.kl.map(x), curves.score.map(y)) });
    curves.kl.forEach((kl, i) => shape(svg, "circle", { class: "sampled", cx: x(kl), cy: y(curves.score[i]), r: 2.4 }));
    if (film.start && curves.n[0] === 0) {
      const begun = shape(svg, "circle", { class: "begun", cx: x(curves.kl[0]), cy: y(curves.score[0]), r: 10 });
      shape(begun, "title", {}, `“${film.start}”, the kept policy that the run began with: score ${digits(curves.score[0])}, KL ${digits(curves.kl[0])}`);
    }
    for (const point of exact) {
      const diamond = shape(svg, "path", { class: "exact", d: `M${x(point.kl)} ${y(point.score) - 6}l6 6l-6 6l-6 -6Z` });
      shape(diamond, "title", {}, `after ${point.n} updates, counted: score ${digits(point.score)} ± ${digits(point.bound)}, KL ${digits(point.kl)}`);
    }
    if (best && best.kl <= far) {
      const star = shape(svg, "path", { class: "best", d: starPath(x(best.kl), y(best.score), 9) });
      shape(star, "title", {}, `the best policy for beta ${amount(film.beta)}: score ${digits(best.score)}, KL ${digits(best.kl)}`);
    }
    this.cross = shape(svg, "path", { class: "cross" });
    this.here = shape(svg, "circle", { class: "here", r: 7 });
    this.key.replaceChildren();
    const parts = [["dot", "sampled"]];
    if (plane) parts.unshift(["stroke", "possible"]);
    if (exact.length) parts.push(["diamond", "counted"]);
    if (film.start) parts.push(["ring", "start"]);
    if (best) parts.push(["star", film.start ? "best" : `best for β ${amount(film.beta)}`]); // on one line
    for (const [sign, text] of parts) {
      const part = added(this.key, "span", "part"); // breaks as one
      const drawn = added(part, "span", `sign ${sign}`);
      if (sign === "star") drawn.append(icon("star"));
      added(part, "span", "", text);
    }
  }

  point(i) {
    if (!this.film || !(i in this.film.curves.n)) return; // as above
    const { curves, plane } = this.film;
    const [kl, score] = [curves.kl[i], curves.score[i]];
    const [x, y] = [this.x(kl), this.y(score)];
    const [kls, scores] = [[kl, curves.kl_error[i]], [score, curves.error[i]]].map(([value, error]) => [value - error, value + error]);
    setAll(this.here, { cx: x, cy: y });
    this.cross.setAttribute("d", `M${this.x(kls[0])} ${y}H${this.x(kls[1])}M${x} ${this.y(scores[0])}V${this.y(scores[1])}`);
    const most = plane ? frontierAt(plane, Math.max(kl, 0)) : null;
    this.name.textContent = this.film.score;
    this.value.textContent = digits(score);
    this.more.textContent = most === null ? `at KL ${digits(kl)}` : `of ${digits(most)} possible at KL ${digits(kl)}`;
    const against = most === null ? "" : `; the most possible there is ${digits(most)}`;
    this.svg.setAttribute("aria-label", `This policy has KL ${digits(kl)} and score ${digits(score)}${against}.`);
  }
}

/** The frontier's height at `kl`, or at its end where it does not go so far. */
function frontierNear(plane, kl) {
  return frontierAt(plane, kl) ?? plane.reached.at(-1);
}

function starPath(x, y, r) {
  const points = Array.from({ length: 10 }, (_, i) => {
    const [angle, size] = [(i * Math.PI) / 5 - Math.PI / 2, i % 2 ? r * 0.42 : r];
    return `${(x + size * Math.cos(angle)).toFixed(1)} ${(y + size * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("L")}Z`;
}
