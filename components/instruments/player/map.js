// State, in the grid: the map, the trail behind the robot, the future that was given up, and where it may go from here.

import { shape } from "../kit/dom.js";
import { cellOf, DIRECTIONS, drawArrows, drawCell, drawJump, enlarged, layOut, triangle, writeCell } from "../kit/map.js";
import { approach } from "../kit/motion.js";

const MARGIN = 0.26; // of a mark, around the map: room for the arrows at its edge

export class MapPicture {
  constructor(svg, choose) {
    this.svg = svg;
    this.choose = choose;
    this.at = null; // where the robot is drawn, [x, y]; glides towards this.goal
    this.goal = null;
  }

  load(world) {
    const map = world.map;
    this.world = world;
    this.mark = enlarged(map);
    layOut(this.svg, map, MARGIN * this.mark);
    for (let r = 0; r < map.rows; r += 1) {
      for (let c = 0; c < map.cols; c += 1) {
        const cell = cellOf(map, r, c);
        drawCell(this.svg, cell, r, c);
        if (map.arrows[r][c] && !["goal", "pit"].includes(cell.kind)) drawArrows(this.svg, map.arrows[r][c], r, c);
        writeCell(this.svg, cell, r, c);
      }
    }
    for (const jump of map.jumps) drawJump(this.svg, jump);
    this.ghost = shape(this.svg, "polyline", { class: "ghost" });
    this.trail = shape(this.svg, "polyline", { class: "trail" });
    this.outcomes = shape(this.svg, "g", {});
    this.robot = this.drawRobot();
    this.choices = Object.fromEntries(Object.keys(DIRECTIONS).map((name) => [name, this.drawChoice(name)]));
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
      group.setAttribute("transform", `translate(${here[1] + 0.5} ${here[0] + 0.5}) scale(${this.mark})`);
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
    this.robot.setAttribute("transform", `translate(${this.at[0]} ${this.at[1]}) scale(${this.mark})`);
    return this.at.some((value, i) => value !== this.goal[i]);
  }
}
