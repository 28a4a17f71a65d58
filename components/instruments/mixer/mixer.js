// The mixer: a distribution as bars to drag. Python hears of it when a bar is let go.

import { made, setAll, swallow, write } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { figure } from "../kit/numbers.js";
import { landing, mixed } from "./engine.js";

const STEPS = { ArrowRight: 0.01, ArrowUp: 0.01, ArrowLeft: -0.01, ArrowDown: -0.01, PageUp: 0.1, PageDown: -0.1 };
const PATIENCE = 400; // ms without another key before the keyboard's change is sent

class Mixer extends Instrument {
  constructor(root) {
    super(root, ".mixer");
    this.rows = this.find(".rows");
    this.parts = this.find(".parts");
    this.stack = this.find(".stack");
    this.marker = this.find(".u");
    this.said = this.find(".said");
    this.closing.addEventListener("abort", () => clearTimeout(this.timer));
    this.sent = 0;
    this.drag = null; // {i, base}: the bar that is held, and the distribution when it was taken
  }

  receive({ data, setStateValue }) {
    this.send = setStateValue;
    this.followTheme();
    this.box.setAttribute("aria-label", data.name);
    const other = data.of !== this.data?.of || data.labels.join() !== this.data?.labels.join();
    const fell = data.draws !== this.data?.draws && data.u !== null;
    this.data = data;
    if (other) {
      this.drag = null;
      clearTimeout(this.timer);
      this.timer = 0;
      this.build();
    }
    // An answer to an older drag must not undo a newer one.
    if (other || (!this.drag && !this.timer && data.seen >= this.sent)) this.p = data.p;
    this.show();
    if (fell) this.fall();
  }

  build() {
    this.rows.replaceChildren(
      ...this.data.labels.map((label, i) => {
        const row = made("div", "row");
        const track = made("div", "track", "", { tabIndex: 0 });
        setAll(track, { role: "slider", "aria-label": `Probability of ${label}`, "aria-valuemin": 0, "aria-valuemax": 1 });
        track.append(made("div", "fill"), made("div", "grip"));
        track.addEventListener("pointerdown", (event) => this.take(event, i, track));
        track.addEventListener("pointermove", (event) => this.pull(event, track));
        for (const name of ["pointerup", "pointercancel"]) track.addEventListener(name, () => this.letGo());
        track.addEventListener("keydown", (event) => this.type(event, i));
        row.append(made("span", "label", label), track, made("span", "number"), made("span", "tally"));
        return row;
      })
    );
    this.parts.replaceChildren(...this.data.labels.map(() => made("div", "part")));
  }

  show() {
    const { labels, tallies, u } = this.data;
    const landed = u === null ? -1 : landing(this.p, u);
    const drawn = tallies.reduce((sum, n) => sum + n, 0);
    this.p.forEach((p, i) => {
      const row = this.rows.children[i];
      row.classList.toggle("landed", i === landed);
      const track = row.querySelector(".track");
      track.setAttribute("aria-valuenow", p.toFixed(2));
      track.setAttribute("aria-valuetext", figure(p));
      track.querySelector(".fill").style.width = `${p * 100}%`;
      track.querySelector(".grip").style.left = `${p * 100}%`;
      row.querySelector(".number").textContent = figure(p);
      row.querySelector(".tally").textContent = drawn ? `${tallies[i]} of ${drawn}` : "";
      const part = this.parts.children[i];
      part.style.width = `${p * 100}%`;
      part.style.display = p > 0 ? "" : "none";
      part.textContent = p > 0.05 ? labels[i].split(" ")[0] : "";
      part.classList.toggle("landed", i === landed);
    });
    this.marker.hidden = u === null;
    this.marker.style.display = u === null ? "none" : "";
    if (u !== null) {
      this.marker.style.left = `${u * 100}%`;
      this.marker.style.setProperty("--at", u);
      this.marker.firstElementChild.textContent = `u ${figure(u)}`;
    }
    const said = u === null ? "" : `u ${figure(u)} lands in ${labels[landed]}.`;
    write(this.said, said);
    this.stack.setAttribute("aria-label", labels.map((label, i) => `${label} ${figure(this.p[i])}`).join(", "));
  }

  fall() {
    this.marker.classList.remove("fall");
    void this.marker.offsetWidth; // so that the animation begins anew
    this.marker.classList.add("fall");
  }

  take(event, i, track) {
    if (event.button) return;
    track.setPointerCapture(event.pointerId);
    this.settle();
    this.drag = { i, base: this.p };
    this.pull(event, track);
  }

  pull(event, track) {
    if (!this.drag) return;
    const box = track.getBoundingClientRect();
    const value = Math.round(((event.clientX - box.left) / box.width) * 100) / 100;
    this.p = mixed(this.drag.base, this.drag.i, value);
    this.show();
  }

  letGo() {
    if (!this.drag) return;
    this.drag = null;
    this.commit();
  }

  type(event, i) {
    const value = event.key === "Home" ? 0 : event.key === "End" ? 1 : event.key in STEPS ? this.p[i] + STEPS[event.key] : null;
    if (value === null) return;
    swallow(event);
    this.p = mixed(this.p, i, Math.round(value * 100) / 100);
    this.show();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), PATIENCE);
  }

  /** Send what the keyboard has changed and what is not sent yet. */
  settle() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.commit();
  }

  commit() {
    this.sent = Math.max(Date.now(), this.sent + 1);
    this.send("mixed", { n: this.sent, of: this.data.of, p: this.p });
  }
}

export default mounted(Mixer);
