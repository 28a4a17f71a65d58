// The diary: nothing to see. What the tab has kept is told once; from then on what is said is kept.

import { Instrument, mounted } from "../kit/instrument.js";

class Diary extends Instrument {
  static pictured = false;
  #told = false;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, ".diary");
  }

  /** @param {import("../kit/instrument.js").Component} component */
  receive({ data: { name, text, heard }, setTriggerValue }) {
    const kept = this.read(name);
    if (heard || !kept) {
      this.#told = false; // a server that was started anew has heard nothing
      if (text && text !== kept) this.write(name, text);
    } else if (!this.#told) {
      this.#told = true;
      setTriggerValue("kept", kept);
    }
  }

  /** @param {string} name */
  read(name) {
    try {
      return sessionStorage.getItem(name) ?? "";
    } catch {
      return ""; // a browser that keeps nothing
    }
  }

  /** @param {string} name @param {string} text */
  write(name, text) {
    try {
      sessionStorage.setItem(name, text);
    } catch {
      // full, or a browser that keeps nothing: the visit goes on without
    }
  }
}

export default mounted(Diary);
