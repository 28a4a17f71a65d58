// The browser's history, with one entry for what a person calls a step back. Streamlit pushes an entry whenever the script
// writes the address; what only goes on from the last change takes its place instead.

import { Instrument, mounted } from "../kit/instrument.js";
import { Steps } from "./engine.js";

const MARK = Symbol.for("one loop: steps of the history");

/** The steps of this window: one for all pages, for what is pushed between two of them counts, too. */
function stepsOfWindow() {
  const { history } = window;
  if (!history[MARK]) {
    const steps = new Steps();
    const push = history.pushState.bind(history);
    history[MARK] = steps;
    history.pushState = (state, unused, url) => {
      const after = new URL(String(url ?? ""), document.baseURI).href;
      if (steps.goesOn(location.href, after)) history.replaceState(state, unused, url);
      else push(state, unused, url);
    };
    window.addEventListener("popstate", () => steps.rest());
  }
  return history[MARK];
}

class History extends Instrument {
  static pictured = false;

  constructor(root) {
    super(root, ".history");
    this.steps = stepsOfWindow();
  }

  receive({ data }) {
    this.steps.owner = this;
    this.steps.flowing = new Set(data.flowing);
  }

  close() {
    super.close();
    if (this.steps.owner === this) this.steps.flowing = new Set();
  }
}

export default mounted(History);
