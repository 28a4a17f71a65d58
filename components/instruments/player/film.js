// A player that nobody sees or operates: it is photographed a step at a time, as Python asks, and the visitor's own player
// is left alone. What it is laid out in does not depend on the window, so that a phone makes the same pictures.

import { mounted } from "../kit/instrument.js";
import { pagePixel, pagePixels } from "../kit/page_pixel.js";
import { pngOf, svgOf } from "../kit/photograph.js";
import { Player } from "./player.js";

const WIDTH = 960; // px of a picture
const [WIDE, HIGH] = ["70rem", "44rem"]; // what it is laid out in: as wide as this, at least as high

class Film extends Player {
  static pictured = false;
  #asked = "";

  settle() {
    const host = /** @type {HTMLElement} */ (this.root.host);
    host.inert = true;
    Object.assign(host.style, { position: "fixed", top: "0", left: "-100rem", width: WIDE });
    this.box.style.setProperty("--free-height", HIGH);
    this.box.classList.add("filmed");
    this.fit = () => {};
    this.transport.play.disabled = true; // the keys are for the visitor's
  }

  succeed() {}

  /** Take the picture that is asked for, once. */
  receive(component) {
    super.receive(component);
    const { film, at, step } = component.data.film;
    if (this.#asked === `${film} ${at}`) return;
    this.#asked = `${film} ${at}`;
    this.photograph(step)
      .catch(() => "") // Python has a sentence for that
      .then((png) => this.closing.aborted || this.send("picture", { film, at, png }));
  }

  /** The player at rest at `step`, as PNG in base64. */
  async photograph(step) {
    this.p = Math.min(step, this.length);
    this.drawStep(Infinity); // all that glides has arrived
    const { width, height } = this.box.getBoundingClientRect();
    this.box.style.height = pagePixels(height / pagePixel()); // the first picture's is every picture's
    return inBase64(await pngOf(svgOf(this.root, this.box, WIDTH / Math.ceil(width))));
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
function inBase64(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",")[1]);
    reader.onerror = failed;
    reader.readAsDataURL(blob);
  });
}

export default mounted(Film);
