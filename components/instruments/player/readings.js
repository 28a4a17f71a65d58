// Action, transition, reward, next state: one line each, the same in both worlds.

import { button, made } from "../kit/dom.js";
import { amount, chance, figure } from "../kit/numbers.js";

export class Readings {
  constructor(find, undo) {
    this.outputs = Object.fromEntries(["action", "transition", "reward", "next"].map((row) => [row, find(row)]));
    this.undo = undo;
  }

  show(world, at) {
    const step = world.steps[at];
    const { action, transition, reward, next } = this.outputs;
    for (const output of Object.values(this.outputs)) output.replaceChildren();
    if (world.ghost) action.append(this.undoButton());
    if (!step) {
      if (world.ending) action.prepend(made("span", "why", `the end: ${world.ending}`)); // none: nothing is rolled out yet
      this.rate(world.score);
      return;
    }
    const taken = step.bars[step.chosen];
    const likeliest = Math.max(...step.bars.map((bar) => bar.p), step.rest && step.rest.count === 1 ? step.rest.p : 0);
    action.prepend(
      made("span", "chip", taken.label),
      made("span", "why", step.forced ? "chosen by hand" : `${chance(taken.p)}${taken.p < likeliest - 1e-9 ? ", not the likeliest" : ""}`)
    );
    const order = step.outcomes.map((_, i) => i).sort((a, b) => Number(b === step.outcome) - Number(a === step.outcome) || step.outcomes[b].p - step.outcomes[a].p);
    for (const i of order) {
      const outcome = step.outcomes[i];
      transition.append(made("span", i === step.outcome ? "may landed" : "may", `${outcome.label} ${figure(outcome.p)}`));
    }
    reward.append(made("span", step.reward < 0 ? "loss" : step.reward > 0 ? "gain" : "none", amount(step.reward)));
    if (step.terminated) this.rate(world.score);
    next.append(made("span", "", step.next.text));
    if (step.terminated || step.truncated) next.append(made("span", "why", world.ending));
  }

  /** What the whole run was worth, and its parts. */
  rate(score) {
    if (!score || !score.name) return;
    const parts = score.parts.map(([name, value]) => `${name} ${figure(value)}`).join(", ");
    const line = made("span", "why", `${score.name} ${figure(score.total)}${parts ? ` (${parts})` : ""}`);
    line.title = line.textContent;
    this.outputs.reward.append(line);
  }

  undoButton() {
    return button("undo", this.undo, "undo", { title: "Take the last choice back" });
  }
}
