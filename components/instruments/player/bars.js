// Policy and draw: the distribution as bars that are buttons, and as one stacked bar on which u falls.

import { added, button, made } from "../kit/dom.js";
import { approach } from "../kit/motion.js";
import { figure } from "../kit/numbers.js";
import { roomIn } from "../kit/page_pixel.js";

const SLOTS = 4; // bars above one another before a second column begins
const PHONE = 760; // page pixels, as in player.css: there a world is as wide as the page, and its bars stand one below the other

export class Bars {
  constructor(element, choose) {
    this.element = element;
    this.stage = element.closest(".stage");
    this.choose = choose;
    this.fixed = false; // true where no other action can be chosen
    this.bars = new Map(); // action -> {element, ...where it is drawn, ...where it glides to}
  }

  /** Show the distribution of `step`, undefined where no action is taken any more, and whether one has been `drawn`. */
  show(step, drawn) {
    const items = step ? [...step.bars] : [];
    if (step && step.rest) items.push({ action: " rest", label: restLabel(step.rest), name: restName(step.rest), p: step.rest.p, rest: true });
    const columns = items.length > SLOTS && roomIn(this.stage).width > PHONE ? 2 : 1;
    const rows = Math.max(columns === 2 ? SLOTS : items.length, SLOTS);
    this.element.style.setProperty("--rows", String(rows));
    const seen = new Set();
    items.forEach((item, i) => {
      seen.add(item.action);
      const bar = this.bars.get(item.action) || this.make(item);
      bar.to = { p: item.p, x: Math.floor(i / rows), y: i % rows, shown: 1 };
      if (!bar.now) bar.now = { ...bar.to, p: 0, shown: 0 };
      bar.element.style.width = `${100 / columns}%`;
      const chosen = drawn && i === step.chosen;
      bar.element.classList.toggle("chosen", chosen);
      bar.label.textContent = item.label;
      bar.element.title = item.name;
      if (!item.rest) {
        bar.element.setAttribute("aria-pressed", String(chosen));
        bar.element.title = chosen ? `${item.name}: taken` : this.fixed ? item.name : `choose ${item.name} instead`;
        bar.element.disabled = this.fixed;
      }
    });
    for (const [action, bar] of this.bars) {
      bar.element.inert = !seen.has(action); // what fades away is no choice any more
      if (seen.has(action)) continue;
      bar.to = { ...bar.to, p: 0, shown: 0 };
      bar.element.classList.remove("chosen");
    }
  }

  make(item) {
    const element = item.rest ? made("div", "bar rest") : button("", () => this.choose(item.action), "bar");
    const label = added(element, "span", "label");
    const fill = added(added(element, "span", "track"), "span", "fill");
    const share = added(element, "span", "share");
    this.element.append(element);
    const bar = { element, label, fill, share, now: null, to: null };
    this.bars.set(item.action, bar);
    return bar;
  }

  glide(dt, tau) {
    let moving = false;
    for (const [action, bar] of this.bars) {
      for (const name of ["p", "x", "y", "shown"]) {
        bar.now[name] = approach(bar.now[name], bar.to[name], dt, tau);
        moving ||= bar.now[name] !== bar.to[name];
      }
      const { p, x, y, shown } = bar.now;
      bar.element.style.transform = `translate(${x * 100}%, calc(${y} * (100% + 1px)))`;
      bar.element.style.opacity = shown;
      bar.fill.style.transform = `scaleX(${p})`;
      bar.share.textContent = figure(p);
      if (shown === 0 && bar.to.shown === 0) {
        bar.element.remove();
        this.bars.delete(action);
      }
    }
    return moving;
  }
}

/** How many tokens have no bar of their own; of a server's model nobody knows. */
function restLabel(rest) {
  return rest.count === null ? "the others" : `${rest.count.toLocaleString("en")} more`;
}

function restName(rest) {
  if (rest.count !== null) return "the others";
  const told = rest.told ? `${rest.told} tokens that the server tells, and all that it does not: ` : "all tokens that the server does not tell: ";
  return `the others: ${told}what the bars leave to 1`;
}

export class Stack {
  constructor(element) {
    this.element = element;
    this.strip = added(element, "div", "strip");
    this.marker = added(element, "div", "marker");
    this.reading = added(this.marker, "span");
    this.parts = []; // by place: {element, now: [from, width], to: [from, width]}
    this.u = { now: 0, to: 0 };
  }

  /** Show where u_t falls, once it is `drawn`. */
  show(step, drawn) {
    const stretches = step ? step.bars.map((bar, i) => ({ from: bar.from, width: bar.p, label: bar.label, chosen: drawn && i === step.chosen })) : [];
    if (step && step.rest) {
      // The chosen action may lie somewhere inside the rest: the rest goes first, what is chosen lies on it.
      const edge = stretches.reduce((sum, part) => (Math.abs(part.from - sum) < 1e-9 ? sum + part.width : sum), 0);
      stretches.unshift({ from: edge, width: 1 - edge, label: "the others", chosen: false });
    }
    while (this.parts.length < stretches.length) {
      this.parts.push({ element: added(this.strip, "div"), now: [1, 0], to: [1, 0] });
    }
    this.parts.forEach((part, i) => {
      const { from, width, label, chosen } = stretches[i] || { from: 1, width: 0, label: "" };
      part.to = [from, width];
      part.element.className = chosen ? "part chosen" : "part";
      part.element.textContent = width * roomIn(this.strip).width > 12 + 7 * label.length ? label : "";
    });
    this.element.classList.toggle("blank", !step);
    this.marker.style.visibility = step && drawn ? "" : "hidden";
    if (!step) return;
    this.u.to = step.u;
    this.reading.textContent = step.forced ? `u ${figure(step.u)}, not used: chosen by hand` : `u ${figure(step.u)}`;
    this.marker.classList.toggle("left", step.u > (step.forced ? 0.4 : 0.8));
    const taken = step.bars[step.chosen];
    this.element.setAttribute(
      "aria-label",
      step.forced
        ? `u ${figure(step.u)} was drawn and not used: ${taken.name} was chosen by hand.`
        : `u ${figure(step.u)} falls on ${taken.name}, which takes ${figure(taken.from)} to ${figure(taken.from + taken.p)}.`
    );
  }

  glide(dt, tau) {
    let moving = false;
    for (const part of this.parts) {
      part.now = part.now.map((value, i) => approach(value, part.to[i], dt, tau));
      moving ||= part.now.some((value, i) => value !== part.to[i]);
      part.element.style.left = `${part.now[0] * 100}%`;
      part.element.style.width = `${part.now[1] * 100}%`;
    }
    this.u.now = approach(this.u.now, this.u.to, dt, tau);
    this.marker.style.left = `${this.u.now * 100}%`;
    return moving || this.u.now !== this.u.to;
  }
}
