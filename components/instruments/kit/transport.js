// Buttons, slider and keys of what is played step by step.

import { put, dragged, swallow } from "./dom.js";
import { showIcon } from "./icons.js";

/** @typedef {{first(): void, back(): void, toggle(): void, forward(): void, last(): void, seek(n: number): void,
 *    rest(): void}} Acts */

export class Transport {
  /** @param {import("./instrument.js").Instrument} instrument with .first, .back, .play, .forward, .last and .step
   *  @param {Acts} acts @param {string} elsewhere a selector of what has the keys for itself */
  constructor(instrument, acts, elsewhere) {
    this.first = instrument.find(".transport .first");
    this.back = instrument.find(".transport .back");
    this.play = instrument.find(".transport .play");
    this.forward = instrument.find(".transport .forward");
    this.last = instrument.find(".transport .last");
    this.step = instrument.find(".transport .step");
    this.first.addEventListener("click", acts.first);
    this.back.addEventListener("click", acts.back);
    this.play.addEventListener("click", acts.toggle);
    this.forward.addEventListener("click", acts.forward);
    this.last.addEventListener("click", acts.last);
    dragged(this.step, acts.seek, acts.rest);
    /** @type {Record<string, () => void>} */
    const keys = { " ": acts.toggle, ArrowRight: acts.forward, ArrowLeft: acts.back, Home: acts.first, End: acts.last };
    /** Wherever nothing else wants them. @param {KeyboardEvent} event */
    const press = (event) => {
      const act = keys[event.key];
      if (!act || this.play.disabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !instrument.root.isConnected) return;
      const target = /** @type {Element} */ (event.composedPath()[0]);
      const nobodys = target === document.body || target.matches?.("[data-testid='stMain'], [data-testid='stAppViewContainer']");
      if ((!nobodys && !instrument.box.contains(target)) || target.matches?.(elsewhere)) return;
      if (event.key === " " && target.matches?.("button")) return;
      swallow(event);
      act();
    };
    document.addEventListener("keydown", press, { capture: true, signal: instrument.closing });
  }

  /** @param {boolean} on whether there is something to play */
  enable(on) {
    for (const control of [this.first, this.back, this.play, this.forward, this.last, this.step]) control.disabled = !on;
  }

  /** @param {boolean} playing @param {number} at @param {number} first @param {number} last @param {string} said of `at`
   *  @param {boolean} begun whether it has left the first step */
  show(playing, at, first, last, said, begun = at > first) {
    if (playing) showIcon(this.play, "pause", "pause", "Pause");
    else showIcon(this.play, "play", "play", "Play");
    [this.step.min, this.step.max] = [String(first), String(last)];
    put(this.step, at, said);
    this.back.disabled = this.first.disabled = !begun;
    this.forward.disabled = this.last.disabled = at >= last;
  }
}
