// The gradient's path. Every word goes in as textContent: the text is a model's, and its prompt a stranger's.

import { made } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { roomIn } from "../kit/page_pixel.js";

const NARROW = 900; // page pixels; below, the stations stand under each other

class GradientPath extends Instrument {
  constructor(root) {
    super(root, ".gradient-path");
    this.way = this.find(".way");
    this.whenResized(this.box, () => this.box.classList.toggle("narrow", roomIn(this.box).width < NARROW));
  }

  receive({ data }) {
    this.followTheme();
    const drawn = JSON.stringify(data);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.box.setAttribute("aria-label", data.name);
    const parts = [];
    data.stations.forEach((station, i) => {
      parts.push(this.station(station));
      if (i < data.legs.length) parts.push(this.leg(data.legs[i]));
    });
    this.way.replaceChildren(...parts);
  }

  station({ name, concept, said, bars, back, stops }) {
    const place = made("li", `station ${concept}`);
    place.append(made("span", "name", name), made("span", "said", said));
    if (bars.length) {
      const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), 1e-9);
      const rows = made("div", "bars");
      for (const { label, value, figure, marked } of bars) {
        const track = made("span", "track");
        const fill = made("span", "fill");
        fill.style.width = `${(100 * Math.max(value, 0)) / most}%`;
        track.append(fill);
        const word = made("span", `label${marked ? " marked" : ""}`, label);
        word.title = label;
        rows.append(word, track, made("span", "figure", figure));
      }
      place.append(rows);
    }
    place.append(made("span", `back${stops ? " stops" : ""}`, back));
    return place;
  }

  leg({ name, back, said }) {
    const between = made("li", "leg");
    const forth = made("div", "forth");
    forth.append(made("span", "arrow"), made("span", "", name));
    const home = made("div", `home ${back}`);
    home.append(made("span", "arrow"), made("span", "", said));
    for (const way of [forth, home]) way.firstElementChild.setAttribute("aria-hidden", "true");
    between.append(forth, home);
    return between;
  }
}

export default mounted(GradientPath);
