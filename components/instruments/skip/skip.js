// The skip: a button for the keyboard, seen while it has the focus.

import { Instrument, mounted } from "../kit/instrument.js";

const ANY = 'input:not(:disabled), button:not(:disabled), select, textarea, a[href], [tabindex="0"]';

class Skip extends Instrument {
  static pictured = false;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, ".skip");
    this.button = /** @type {HTMLButtonElement} */ (this.find("button"));
    this.button.addEventListener("click", () => this.go());
  }

  /** @param {import("../kit/instrument.js").Component} component */
  receive({ data }) {
    this.followTheme();
    this.button.textContent = data.label;
    /** @type {[string, string][]} */
    this.to = data.to;
  }

  go() {
    for (const [place, what] of this.to ?? []) {
      for (const inside of document.querySelectorAll(place)) {
        const found = first(inside, what || ANY);
        if (!found) continue;
        found.focus();
        return;
      }
    }
  }
}

/** The first element below `node` that `selector` fits and that is seen, in the shadow of an instrument too.
 *  @param {Element | ShadowRoot} node @param {string} selector @returns {HTMLElement | null} */
function first(node, selector) {
  for (const child of node.children) {
    if (child instanceof HTMLElement && child.matches(selector) && child.checkVisibility()) return child;
    const below = (child.shadowRoot && first(child.shadowRoot, selector)) || first(child, selector);
    if (below) return below;
  }
  return null;
}

export default mounted(Skip);
