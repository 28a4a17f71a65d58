// The camera of a picture that Plotly draws: the button that all instruments have, over the corner of a picture beside it.

import { Instrument, mounted } from "../kit/instrument.js";
import { enlarged } from "../kit/photograph.js";
import { offerPicture } from "../kit/saving.js";

const ROOT_FONT = 16; // px, where Plotly's own sizes hold

class Plot extends Instrument {
  static pictured = false;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, ".plot");
    this.place = root.host.closest('[class*="st-key-plot_"]');
    for (const [event, seen] of /** @type {const} */ ([["pointerenter", true], ["pointerleave", false]])) {
      this.place.addEventListener(event, () => this.box.classList.toggle("looked-at", seen), { signal: this.closing });
    }
  }

  /** @param {import("../kit/instrument.js").Component} component */
  receive({ data }) {
    this.followTheme();
    if (this.offered) return;
    this.offered = true;
    offerPicture(this.root, this.box, data.name, () => this.svg(), this.closing);
  }

  /** Drawn by Plotly anew, in a window where its sizes hold: the page's type grows with the window, and Plotly's does not. */
  async svg() {
    const picture = this.place.querySelector(".js-plotly-plot");
    const { width, height } = picture.getBoundingClientRect();
    const grown = parseFloat(getComputedStyle(document.documentElement).fontSize) / ROOT_FONT;
    const { Plotly } = /** @type {any} */ (window);
    const address = await Plotly.toImage(picture, { format: "svg", width: width / grown, height: height / grown });
    return enlarged(decodeURIComponent(address.slice(address.indexOf(",") + 1)), width, height);
  }
}

export default mounted(Plot);
