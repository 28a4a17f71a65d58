// A line to type a formula into. Python reads it a moment after the last key; what it says is shown for the very text that it
// was said of, so that a caret never points into something else.

import { write } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";

const PAUSE = 200; // ms without a key, after which what stands there is sent

class FormulaField extends Instrument {
  static pictured = false;

  constructor(root) {
    super(root, ".formula-field");
    this.input = this.find("input");
    this.before = this.find(".before");
    this.moved = this.find(".moved");
    this.said = this.find(".said");
    this.command = null;
    this.sent = null;
    this.touched = false; // since the last command: a field that was made anew may first get what Python knew before
    this.closing.addEventListener("abort", () => clearTimeout(this.timer));
    this.input.addEventListener("input", () => {
      this.touched = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), PAUSE);
      this.show();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") this.send();
      if (event.key !== "Escape") event.stopPropagation(); // C and R are Streamlit's keys; Escape closes a popover
    });
    this.input.addEventListener("change", () => this.send());
    this.input.addEventListener("scroll", () => this.place());
  }

  receive({ data, setStateValue }) {
    this.setState = setStateValue;
    this.data = data;
    this.input.maxLength = data.longest;
    if (data.command !== this.command || !this.touched) {
      this.command = data.command;
      this.touched = false;
      clearTimeout(this.timer);
      this.input.value = data.typed;
      this.sent = data.typed;
    }
    this.followTheme();
    this.show();
  }

  send() {
    clearTimeout(this.timer);
    if (this.input.value === this.sent) return;
    this.sent = this.input.value;
    this.setState("typed", { text: this.sent, command: this.command }); // the same text after a command is news, too
  }

  /** What Python said, if it was said of what stands there now; else nothing yet. */
  show() {
    const { error, note, typed } = this.data;
    const wrong = error !== null && typed === this.input.value;
    this.box.classList.toggle("wrong", wrong);
    this.input.setAttribute("aria-invalid", String(wrong));
    const sentence = wrong ? error.sentence : typed === this.input.value ? note : "";
    write(this.said, sentence);
    this.before.textContent = wrong ? Array.from(typed).slice(0, error.column - 1).join("") : "";
    this.place();
  }

  /** A long formula scrolls in its field, and its caret with it. */
  place() {
    this.moved.style.transform = `translateX(${-this.input.scrollLeft}px)`;
  }
}

export default mounted(FormulaField);
