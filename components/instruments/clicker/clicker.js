// The clicker: it hears every key of the window before anything else does, and says what it means.

import { swallow } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { meaning } from "./engine.js";

const FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=file]), textarea, select, [contenteditable]";

class Clicker extends Instrument {
  static pictured = false;

  constructor(root) {
    super(root, ".clicker");
    this.cover = this.find(".blank");
    this.origin = crypto.getRandomValues(new Uint32Array(2)).join(); // another one each time that it is mounted
    this.total = 0; // presses forth less presses back: a message may get lost, the next one makes up for it
    window.addEventListener("keydown", (event) => this.press(event), { capture: true, signal: this.closing });
  }

  receive({ data, setTriggerValue }) {
    this.trigger = setTriggerValue;
    this.talking = data.talking;
    this.covers = data.covers;
    if (data.blank !== this.told) this.blank = data.blank; // an echo of what was pressed before changes nothing
    this.told = data.blank;
    if (!this.talking) this.blank = false;
    this.show();
  }

  show() {
    this.box.classList.toggle("talking", this.talking);
    this.cover.hidden = !(this.blank && this.covers);
  }

  press(event) {
    const [target] = event.composedPath();
    const act = meaning({
      key: event.key,
      talking: this.talking,
      typing: target instanceof Element && target.matches(FIELDS),
      blank: this.blank,
      held: event.ctrlKey || event.altKey || event.metaKey,
    });
    if (!act) return;
    swallow(event);
    event.stopImmediatePropagation();
    if (event.repeat) return; // a button that is held is one press
    if (act === "blank") {
      this.blank = !this.blank;
      this.show();
      this.trigger("blank", this.blank);
    } else if (act === "fill") this.fill();
    else if (act === "next" || act === "back") {
      this.total += act === "next" ? 1 : -1;
      this.trigger("go", { origin: this.origin, total: this.total });
    } else this.trigger("talk", act);
  }

  /** The whole screen, or the window again. A browser may refuse, and then nothing changes. */
  fill() {
    const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    change.catch(() => {});
  }
}

export default mounted(Clicker);
