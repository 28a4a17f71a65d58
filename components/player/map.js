// State, in the grid: the map, the trail behind the robot, the future that was given up, and where it may go from here.

const SVG = "http://www.w3.org/2000/svg";
const DIRECTIONS = { up: [0, -1], right: [1, 0], down: [0, 1], left: [-1, 0] };
const MARGIN = 0.26; // of a cell, around the map: room for the arrows at its edge

function shape(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/** A triangle with its tip towards `direction`, its middle `distance` cells away from the middle of a cell. */
function triangle(direction, distance, size) {
  const [dx, dy] = DIRECTIONS[direction];
  const [x, y] = [dx * distance, dy * distance];
  const tip = [x + dx * size, y + dy * size];
  const base = [-1, 1].map((side) => [x - dx * size * 0.5 + dy * size * side, y - dy * size * 0.5 + dx * size * side]);
  return [tip, ...base].map((point) => point.join(",")).join(" ");
}

class MapPicture {
  constructor(svg, choose) {
    this.svg = svg;
    this.choose = choose;
    this.at = null; // where the robot is drawn, [x, y]; glides towards this.goal
    this.goal = null;
  }

  load(world) {
    const map = world.map;
    this.world = world;
    this.svg.replaceChildren();
    this.svg.setAttribute(
      "viewBox",
      `${-MARGIN} ${-MARGIN} ${map.cols + 2 * MARGIN} ${map.rows + 2 * MARGIN}`
    );
    for (let r = 0; r < map.rows; r += 1) for (let c = 0; c < map.cols; c += 1) this.drawCell(map, r, c);
    for (const jump of map.jumps) this.drawJump(jump);
    this.ghost = shape(this.svg, "polyline", { class: "ghost" });
    this.trail = shape(this.svg, "polyline", { class: "trail" });
    this.outcomes = shape(this.svg, "g", {});
    this.robot = this.drawRobot();
    this.choices = Object.fromEntries(Object.keys(DIRECTIONS).map((name) => [name, this.drawChoice(name)]));
  }

  drawCell(map, r, c) {
    const cell = map.cells[r][c];
    const reward = cell.reward || 0;
    const bad = reward < 0 || cell.kind === "pit" || cell.kind === "cliff";
    const good = reward > 0;
    const tone = ["wall", "jump"].includes(cell.kind) ? cell.kind : cell.kind === "goal" || good ? "good" : bad ? "bad" : "";
    shape(this.svg, "rect", { class: `cell ${tone}`, x: c, y: r, width: 1, height: 1 });
    if (map.arrows && map.arrows[r][c] && !["goal", "pit"].includes(cell.kind)) {
      const group = shape(this.svg, "g", { transform: `translate(${c + 0.5} ${r + 0.5})`, class: "arrow" });
      Object.keys(DIRECTIONS).forEach((name, i) => {
        const p = map.arrows[r][c][i];
        if (p > 0.01) shape(group, "polygon", { points: triangle(name, 0.3, 0.13), opacity: 0.2 + 0.8 * p });
      });
    }
    if (cell.label) {
      const size = cell.label.length > 3 ? 0.28 : 0.36;
      shape(this.svg, "text", { x: c + 0.5, y: r + 0.5 + size * 0.36, "font-size": size, "font-weight": 700, "text-anchor": "middle" }, cell.label);
    }
  }

  drawJump({ from, to, reward }) {
    const [x1, y1, x2, y2] = [from[1] + 0.5, from[0] + 0.5, to[1] + 0.5, to[0] + 0.5];
    const [bowX, bowY] = [(x1 + x2) / 2 + (y2 - y1) * 0.18, (y1 + y2) / 2 - (x2 - x1) * 0.18];
    const path = shape(this.svg, "path", { class: "leap", d: `M ${x1} ${y1} Q ${bowX} ${bowY} ${x2} ${y2}` });
    shape(path, "title", {}, `a jump that pays ${amount(reward)}`);
    shape(this.svg, "circle", { class: "landing", cx: x2, cy: y2, r: 0.1 });
  }

  drawRobot() {
    const robot = shape(this.svg, "g", { class: "agent" });
    shape(robot, "line", { x1: 0, y1: -0.24, x2: 0, y2: -0.38, style: "stroke: var(--state); stroke-width: .06" });
    shape(robot, "rect", { x: -0.27, y: -0.24, width: 0.54, height: 0.5, rx: 0.13 });
    for (const x of [-0.11, 0.11]) shape(robot, "circle", { cx: x, cy: -0.03, r: 0.065 });
    return robot;
  }

  drawChoice(name) {
    const group = shape(this.svg, "g", { class: "choice" });
    shape(group, "title", {}, `choose ${name} instead`);
    shape(group, "polygon", { points: triangle(name, 0.52, 0.2) });
    group.addEventListener("click", () => this.choose(name));
    return group;
  }

  /** Show a scene of the run: see `scene` in the engine. */
  show({ at, acted, moved }) {
    const { steps, start, ghost, ending } = this.world;
    const step = steps[at];
    const before = steps.slice(0, moved ? at + 1 : at);
    const cells = [step || before.length ? (steps[0] ? steps[0].state.cell : start) : this.world.map.start];
    for (const past of before) cells.push(past.next.cell);
    const middle = ([r, c]) => `${c + 0.5},${r + 0.5}`;
    const here = cells[cells.length - 1] || this.world.map.start;
    this.trail.setAttribute("points", cells.filter(Boolean).map(middle).join(" "));
    this.ghost.setAttribute("points", ghost && ghost.cells ? ghost.cells.map(middle).join(" ") : "");
    this.goal = [here[1] + 0.5, here[0] + 0.5];
    if (!this.at) this.at = [...this.goal];
    this.outcomes.replaceChildren();
    for (const [name, group] of Object.entries(this.choices)) {
      group.style.display = step && !moved ? "" : "none";
      if (!step) continue;
      group.setAttribute("transform", `translate(${here[1] + 0.5} ${here[0] + 0.5})`);
      group.classList.toggle("taken", acted && step.bars[step.chosen].action === name);
    }
    for (const outcome of step ? step.outcomes : []) {
      if (!outcome.cell) continue;
      const [r, c] = outcome.cell;
      shape(this.outcomes, "rect", { class: "outcome", x: c + 0.05, y: r + 0.05, width: 0.9, height: 0.9, rx: 0.08, opacity: 0.25 + 0.75 * outcome.p });
    }
    const place = step ? step.state.text : steps.length ? steps[steps.length - 1].next.text : "the start";
    this.svg.setAttribute("aria-label", `Map of ${this.world.map.rows} by ${this.world.map.cols} cells. The robot is in ${place}${step ? "" : ", " + ending}.`);
  }

  /** One frame of the robot's glide; true while it moves. */
  glide(dt, tau) {
    if (!this.goal) return false;
    this.at = this.at.map((value, i) => approach(value, this.goal[i], dt, tau));
    this.robot.setAttribute("transform", `translate(${this.at[0]} ${this.at[1]})`);
    return this.at.some((value, i) => value !== this.goal[i]);
  }
}
