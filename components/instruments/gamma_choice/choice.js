// Two rewards and one gamma: while it is dragged, the two discounted returns move along their curves, and the arrows on the
// map turn where the curves cross. The policy of every gamma was solved in Python; here it is only looked up.

class GammaChoice {
  constructor(root) {
    this.root = root;
    this.box = root.querySelector(".gamma-choice");
    const one = (selector) => root.querySelector(selector);
    [this.svg, this.slider, this.readout, this.canvas, this.live] = ["svg.map", ".gamma", ".readout", ".curves", ".live"].map(one);
    this.candidates = [one(".near"), one(".far")];
    this.gamma = 0.9;
    this.command = null;
    this.frame = 0;
    this.slider.addEventListener("input", () => {
      this.gamma = clamp(this.slider.value, 0, 1, this.gamma);
      this.invalidate();
    });
    this.slider.addEventListener("change", () => {
      this.setState("gamma", this.gamma);
      this.live.textContent = this.said();
    });
    this.resized = new ResizeObserver(() => this.invalidate());
    this.resized.observe(this.box);
  }

  receive({ data, setStateValue }) {
    this.setState = setStateValue;
    this.data = data;
    this.policies = data.policies.map((policy) => policy.map((row) => row.map((cell) => cell && cell.map(Number))));
    if (data.command !== this.command) {
      this.command = data.command;
      this.gamma = clamp(data.gamma, 0, 1, 0.9);
    }
    followTheme(this.box);
    const style = getComputedStyle(this.box);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colours = { ink: read("--ink"), line: read("--line"), ground: read("--ground"), tones: [read("--action"), read("--state")], guess: read("--policy"), font: style.fontFamily };
    this.box.classList.toggle("hidden-answer", !data.revealed);
    this.drawGround();
    this.invalidate();
  }

  invalidate() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
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
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", `-0.05 -0.05 ${map.cols + 0.1} ${map.rows + 0.1}`);
    map.cells.forEach((row, r) => row.forEach((cell, c) => drawCell(this.svg, cell, r, c)));
    this.arrows = shape(this.svg, "g", {});
    map.cells.forEach((row, r) => row.forEach((cell, c) => cell.kind !== "start" && writeCell(this.svg, cell, r, c)));
  }

  draw() {
    this.frame = 0;
    if (!this.data) return;
    const { gamma } = this;
    this.slider.value = String(gamma);
    this.slider.setAttribute("aria-valuetext", `gamma ${figure(gamma, 3)}`);
    this.readout.textContent = `γ gamma ${figure(gamma, 3)}`;
    this.arrows.replaceChildren();
    if (!this.data.revealed) {
      this.svg.setAttribute("aria-label", "A line with a reward at either end. Guess first: then gamma can be dragged.");
      return;
    }
    this.policy().forEach((row, r) => row.forEach((cell, c) => cell && drawArrows(this.arrows, cell, r, c)));
    const best = this.best();
    this.candidates.forEach((element, i) => {
      const { reward, delay, name } = this.data.prospects[i];
      const power = document.createElement("sup");
      power.textContent = String(delay);
      element.replaceChildren(`${best === i ? "▶ " : ""}${name}: ${amount(reward)} · γ`, power, ` = ${figure(this.worth(i, gamma), 3)}`);
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
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = `13px ${colours.font}`;
    const [left, top, floor, right] = [34, 16, height - 20, width - 8];
    const most = Math.max(this.worth(0, 1), this.worth(1, 1)) * 1.02;
    const x = (g) => left + g * (right - left);
    const y = (value) => floor - (value / most) * (floor - top);
    pen.fillStyle = colours.ink;
    for (const g of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      pen.fillText(figure(g, 1), x(g) - 9, height - 4);
      pen.fillRect(x(g), floor, 1, 4);
    }
    const step = most > 20 ? 10 : most > 8 ? 5 : most > 4.2 ? 2 : 1;
    for (let value = 0; value <= most; value += step) {
      pen.fillText(amount(value), 4, y(value) + 4);
      pen.globalAlpha = 0.18;
      pen.fillRect(left, y(value), right - left, 1);
      pen.globalAlpha = 1;
    }
    [0, 1].forEach((i) => {
      pen.strokeStyle = colours.tones[i];
      pen.lineWidth = 3;
      pen.setLineDash(i ? [] : [8, 4]);
      pen.beginPath();
      for (let j = 0; j <= 200; j += 1) pen.lineTo(x(j / 200), y(this.worth(i, j / 200)));
      pen.stroke();
      pen.setLineDash([]);
      pen.fillStyle = colours.tones[i];
      pen.beginPath();
      pen.arc(x(gamma), y(this.worth(i, gamma)), 6, 0, 7);
      pen.fill();
    });
    this.upright(pen, x(gamma), top, floor, colours.ink, [], "γ", 11, width);
    const { guess, flip, revealed } = this.data;
    if (guess !== null) this.upright(pen, x(guess), top + 14, floor, colours.guess, [2, 4], "your guess", 27, width);
    if (flip !== null && revealed) this.upright(pen, x(flip), top + 30, floor, colours.ink, [6, 4], `equal at ${figure(flip, 4)}`, 43, width);
    canvas.setAttribute("aria-label", `Both returns by gamma. ${this.said()}`);
  }

  upright(pen, x, top, floor, colour, dash, name, y, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, floor);
    pen.stroke();
    pen.setLineDash([]);
    pen.font = `600 13px ${this.colours.font}`;
    const room = pen.measureText(name).width;
    const from = Math.min(Math.max(x - room / 2, 2), width - room - 2);
    pen.fillStyle = this.colours.ground;
    pen.fillRect(from - 2, y - 11, room + 4, 14);
    pen.fillStyle = this.colours.ink;
    pen.fillText(name, from, y);
    pen.font = `13px ${this.colours.font}`;
  }

  said() {
    const [near, far] = this.data.prospects;
    const better = ["the near reward is better", "the far reward is better", "both are worth the same"][this.best()];
    return `gamma ${figure(this.gamma, 3)}: ${near.name} ${figure(this.worth(0, this.gamma), 3)}, ${far.name} ${figure(this.worth(1, this.gamma), 3)}; ${better}.`;
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
  }
}

const choices = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!choices.has(root)) choices.set(root, new GammaChoice(root));
  const choice = choices.get(root);
  choice.receive(component);
  return () => {
    // A late cleanup must not hit a newer one of the same place.
    if (choices.get(root) === choice) choices.delete(root);
    choice.close();
  };
}
