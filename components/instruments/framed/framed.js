// Framed: nothing to see. Streamlit takes a file only with its cookie, and inside another site's page the browser keeps none.

import { Instrument, mounted } from "../kit/instrument.js";

const COOKIE = "_streamlit_xsrf=";

class Framed extends Instrument {
  static pictured = false;
  #told = false;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, ".framed");
  }

  /** @param {import("../kit/instrument.js").Component} component */
  receive({ setTriggerValue }) {
    if (this.#told || window.top === window || keepsCookie()) return;
    this.#told = true;
    setTriggerValue("framed", true);
  }
}

function keepsCookie() {
  try {
    return document.cookie.includes(COOKIE);
  } catch {
    return false; // a frame that may keep nothing at all
  }
}

export default mounted(Framed);
