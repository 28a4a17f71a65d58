// The diary: nothing to see. What the tab has kept is told once; from then on what is said is kept. After the connection was
// lost it is told again: the server may be another one, and a page where nothing happens would never hear of it.

import { Instrument, mounted } from "../kit/instrument.js";

const CONNECTION = "data-test-connection-state"; // Streamlit's, on the app's element

class Diary extends Instrument {
  static pictured = false;
  #told = false;
  #away = false;
  #tell = () => {};

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, ".diary");
    const app = document.querySelector("[data-testid=stApp]");
    if (!app) return;
    const seen = new MutationObserver(() => {
      const away = app.getAttribute(CONNECTION) !== "CONNECTED";
      if (this.#away && !away) this.#tell();
      this.#away = away;
    });
    seen.observe(app, { attributes: true, attributeFilter: [CONNECTION] });
    this.closing.addEventListener("abort", () => seen.disconnect());
  }

  /** @param {import("../kit/instrument.js").Component} component */
  receive({ data: { name, text, heard }, setTriggerValue }) {
    const kept = this.read(name);
    this.#tell = () => setTriggerValue("kept", this.read(name));
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
