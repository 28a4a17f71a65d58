// Two rewards and one gamma: while it is dragged, the two discounted returns move along their curves, and the arrows on the
// map turn where the curves cross. The policy of every gamma was solved in Python; here it is only looked up.

import { dot, label, penOf, shade, stroke, upright } from "../kit/canvas.js";
import { dragged, made, put, shape } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { cellOf, drawArrows, drawCell, layOut, writeCell } from "../kit/map.js";
import { amount, clamp, figure } from "../kit/numbers.js";

class GammaChoice extends Instrument {
  constructor(root) {
    super(root, ".gamma-choice");
    this.svg = this.find("svg.map");
    this.slider = this.find(".gamma");
    this.readout = this.find(".readout");
    this.canvas = this.find(".curves");
    this.live = this.find(".live");
    this.candidates = [this.find(".near"), this.find(".far")];
    this.gamma = 0.9;
    this.command = null;
    const drag = (gamma) => {
      this.gamma = clamp(gamma, 0, 1, this.gamma);
      this.invalidate();
    };
    dragged(this.slider, drag, () => {
      this.setState("gamma", this.gamma);
      this.live.textContent = this.said();
    });
    this.whenResized(this.canvas, () => this.invalidate());
  }

  receive({ data, setStateValue }) {
    this.setState = setStateValue;
    this.data = data;
    this.policies = data.policies.map((policy) => policy.map((row) => row.map((cell) => cell && cell.map(Number))));
    if (data.command !== this.command) {
      this.command = data.command;
      this.gamma = clamp(data.gamma, 0, 1, 0.9);
    }
    this.colours = this.followTheme();
    this.box.classList.toggle("hidden-answer", !data.revealed);
    this.drawGround();
    this.invalidate();
  }

  worth(i, gamma) {
    const { reward, delay } = this.data.prospects[i];
    return reward * Math.pow(gamma, delay);
  }

  /** Which of the two is worth more; 2: equal. */
  best() {
    const [near, far] = [this.worth(0, this.gamma), this.worth(1, this.gamma)];
    return Math.abs(near - far) < 1e-12 ? 2 : near > far ? 0 : 1;
  }

  drawGround() {
    const { map } = this.data;
    layOut(this.svg, map);
    this.box.classList.toggle("bent", map.rows > 1);
    map.signs.forEach((row, r) => [...row].forEach((_, c) => drawCell(this.svg, cellOf(map, r, c), r, c)));
    this.arrows = shape(this.svg, "g", {});
    map.signs.forEach((row, r) => [...row].forEach((_, c) => writeCell(this.svg, cellOf(map, r, c), r, c)));
  }

  draw() {
    if (!this.data) return;
    const { gamma } = this;
    put(this.slider, gamma, `gamma ${figure(gamma, 3)}`);
    this.readout.textContent = `γ gamma ${figure(gamma, 3)}`;
    this.arrows.replaceChildren();
    if (!this.data.revealed) {
      this.candidates.forEach((element, i) => {
        const { reward, delay, name } = this.data.prospects[i];
        element.replaceChildren(`${name}: pays ${amount(reward)}`, made("br"), `after ${delay + 1} moves`);
      });
      this.svg.setAttribute("aria-label", "A way with a reward at either end. Guess first: then gamma can be dragged.");
      return;
    }
    this.policy().forEach((row, r) => row.forEach((cell, c) => cell && drawArrows(this.arrows, cell, r, c)));
    const best = this.best();
    this.candidates.forEach((element, i) => {
      const { reward, delay, name } = this.data.prospects[i];
      const sign = best === i ? [icon("play"), " "] : [];
      element.replaceChildren(...sign, `${name}: ${amount(reward)} · γ`, made("sup", "", String(delay)), ` = ${figure(this.worth(i, gamma), 3)}`);
      element.classList.toggle("best", best === i || best === 2);
    });
    this.svg.setAttribute("aria-label", this.said());
    this.drawCurves();
  }

  /** The arrows of the gamma in the table that lies on the same side of the crossing and is nearest to this one. */
  policy() {
    const { gammas, flip } = this.data;
    const side = (gamma) => (flip === null ? 0 : Math.sign(gamma - flip));
    let found = 0;
    gammas.forEach((gamma, i) => {
      const better = Math.abs(gamma - this.gamma) < Math.abs(gammas[found] - this.gamma);
      const here = side(gamma) === side(this.gamma);
      if (here && (better || side(gammas[found]) !== side(this.gamma))) found = i;
    });
    return this.policies[found];
  }

  drawCurves() {
    const { canvas, colours, gamma } = this;
    const { pen, width, height } = penOf(canvas, colours.font);
    if (!width) return;
    const [left, top, floor, right] = [34, 16, height - 20, width - 14];
    const most = Math.max(this.worth(0, 1), this.worth(1, 1)) * 1.02;
    const x = (g) => left + g * (right - left);
    const y = (value) => floor - (value / most) * (floor - top);
    for (const g of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      label(pen, figure(g, 1), x(g), height - 4, width, colours);
      pen.fillRect(x(g), floor, 1, 4);
    }
    const step = most > 20 ? 10 : most > 8 ? 5 : most > 4.2 ? 2 : 1;
    for (let value = 0; value <= most; value += step) {
      pen.fillText(amount(value), 4, y(value) + 4);
      shade(pen, 0.18, left, y(value), right - left, 1);
    }
    [colours.action, colours.state].forEach((tone, i) => {
      const curve = Array.from({ length: 201 }, (_, j) => [x(j / 200), y(this.worth(i, j / 200))]);
      stroke(pen, curve, tone, 3, i ? [] : [8, 4]);
      dot(pen, x(gamma), y(this.worth(i, gamma)), 6, tone);
    });
    upright(pen, "γ", x(gamma), 11, top, floor, width, colours);
    const { guess, flip, revealed } = this.data;
    if (guess !== null) upright(pen, "your guess", x(guess), 27, top + 14, floor, width, colours, { colour: colours.policy, dash: [2, 4] });
    if (flip !== null && revealed) upright(pen, `equal at ${figure(flip, 4)}`, x(flip), 43, top + 30, floor, width, colours, { dash: [6, 4] });
    canvas.setAttribute("aria-label", `Both returns by gamma. ${this.said()}`);
  }

  said() {
    const [near, far] = this.data.prospects;
    const better = ["the near reward is better", "the far reward is better", "both are worth the same"][this.best()];
    return `gamma ${figure(this.gamma, 3)}: ${near.name} ${figure(this.worth(0, this.gamma), 3)}, ${far.name} ${figure(this.worth(1, this.gamma), 3)}; ${better}.`;
  }
}

export default mounted(GammaChoice);
