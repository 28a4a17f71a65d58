// The clicker: it hears every key of the window before anything else does, and says what it means.

import { swallow } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { meaning } from "./engine.js";

const FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=file]), textarea, select, [contenteditable]";

class Clicker extends Instrument {
  static pictured = false;

  constructor(root) {
    super(root, ".clicker");
    this.blank = this.find(".blank");
    window.addEventListener("keydown", (event) => this.press(event), { capture: true, signal: this.closing });
  }

  receive({ data, setTriggerValue }) {
    this.trigger = setTriggerValue;
    this.talking = data.talking;
    if (!this.talking) this.blank.hidden = true;
  }

  press(event) {
    const [target] = event.composedPath();
    const act = meaning({
      key: event.key,
      talking: this.talking,
      typing: target instanceof Element && target.matches(FIELDS),
      blank: !this.blank.hidden,
      held: event.ctrlKey || event.altKey || event.metaKey,
    });
    if (!act) return;
    swallow(event);
    event.stopImmediatePropagation();
    if (act === "blank") this.blank.hidden = !this.blank.hidden;
    else if (act === "fill") this.fill();
    else if (act === "next" || act === "back") this.trigger("go", act === "next" ? 1 : -1);
    else this.trigger("talk", act);
  }

  /** The whole screen, or the window again. A browser may refuse, and then nothing changes. */
  fill() {
    const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    change.catch(() => {});
  }
}

export default mounted(Clicker);
