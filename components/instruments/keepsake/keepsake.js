// The keepsake: nothing to see. What is said twice is done once: another tab may have said something else meanwhile.

import { Instrument, mounted } from "../kit/instrument.js";
import { cookie } from "./engine.js";

class Keepsake extends Instrument {
  static pictured = false;
  #done = "";

  constructor(root) {
    super(root, ".keepsake");
  }

  receive({ data }) {
    const said = JSON.stringify(data);
    if (said === this.#done) return;
    this.#done = said;
    const set = cookie(data, document.cookie, location.protocol === "https:");
    if (set) document.cookie = set;
  }
}

export default mounted(Keepsake);
