// A policy's texts, best to worst, every token in the colour of its change. All words go in as textContent: they are a
// model's and a stranger's.

import { added, find, made, radios, setAll, swallow } from "../kit/dom.js";
import { clamp, digits, figure, signed } from "../kit/numbers.js";
import { full, known, rowsOf, times, tone } from "./engine.js";
import { seen } from "./next.js";

const LONG = 24; // characters of a prompt that is written out
const MODES = { tuned: "against reference", change: "this update" };

export class TextRows {
  constructor(section, watch) {
    this.title = find(section, "h3");
    this.rows = find(section, ".rows");
    this.modes = find(section, ".modes");
    this.legend = made("span");
    this.watch = watch;
    this.mode = "tuned";
    this.fixed = false; // true where nobody is there to read another prefix
    this.here = [0, 0]; // the token that the Tab key comes to
    radios(this.modes, Object.entries(MODES), this.mode, (mode) => this.choose(mode));
    this.rows.addEventListener("keydown", (event) => this.type(event));
    for (const name of ["pointerover", "focusin"]) this.rows.addEventListener(name, (event) => this.tell(event.target));
    for (const name of ["pointerleave", "focusout"]) this.rows.addEventListener(name, () => this.explain());
    this.rows.addEventListener("click", (event) => this.pick(event.target));
  }

  choose(mode) {
    this.mode = mode;
    this.dress();
    this.explain();
  }

  draw(film) {
    this.film = film;
    this.known = Object.fromEntries(Object.entries(film.texts).map(([n, columns]) => [n, rowsOf(columns)]));
    this.numbers = Object.keys(this.known).map(Number);
    const prompt = film.prompt.join("");
    this.begin = prompt.length > LONG ? `…${prompt.slice(-LONG / 2)}` : prompt; // what every text begins with, if all do
    const all = Object.values(this.known).flat();
    this.scales = Object.fromEntries(Object.keys(MODES).map((mode) => [mode, full(all.flatMap((text) => text[mode] || []))]));
    this.largest = Math.max(...all.flatMap((text) => [Math.abs(text.score), Math.abs(text.true ?? 0)]), 1e-9);
    this.gain = Math.max(...all.map((text) => Math.abs(text.advantage ?? 0)), 1e-9);
    if (this.at in this.known) this.dress(); // what is looked at stays, and only its scales may have changed
  }

  /** Show the texts of the policy after `n` updates, or of the last one before it whose texts are kept. */
  point(n) {
    this.n = n;
    if (!this.film || !this.numbers.length) return;
    const at = known(this.numbers, n);
    const texts = this.known[at];
    const whose = at === n ? "best to worst" : at === 0 ? (this.film.start ? "of the kept policy" : "of the reference") : `after ${at} updates`;
    this.title.textContent = `${texts.length} of ${this.film.batch} texts, ${whose}`;
    const mark = `${at} ${JSON.stringify(texts)} ${this.film.true}`;
    if (mark === this.shown) return;
    this.shown = mark;
    this.at = at;
    const focused = this.rows.contains(this.rows.getRootNode().activeElement);
    this.rows.replaceChildren(this.head(), ...texts.map((text, i) => this.row(text, i)));
    const longest = Math.max(...texts.map((text) => this.begun(text).length + this.spelt(text.pieces).length));
    this.rows.classList.toggle("short", longest < 44);
    this.here = [Math.min(this.here[0], texts.length - 1), 0];
    this.dress();
    this.roam(focused);
    this.explain();
  }

  /** The colours and bars of the rows that are there. */
  dress() {
    for (const token of this.rows.querySelectorAll(".words .token")) {
      const [i, t] = token.dataset.at.split(" ").map(Number);
      const text = this.known[this.at][i];
      const values = text?.[this.mode];
      const { way, strength } = tone(values ? values[t] : 0, this.scales[this.mode]);
      for (const [k, name] of ["down", "same", "up"].entries()) token.classList.toggle(name, k === way + 1);
      token.style.setProperty("--much", (0.1 + 0.55 * strength).toFixed(3));
      token.style.setProperty("--thick", `${(1 + 2 * strength).toFixed(1)}px`);
      if (text) token.setAttribute("aria-label", this.about(text, i, t));
    }
    for (const bar of this.rows.querySelectorAll(".measure .bar")) {
      const scale = bar.dataset.of === "advantage" ? this.gain : this.largest;
      bar.style.width = `${50 * Math.min(Math.abs(Number(bar.dataset.value)) / scale, 1)}%`;
    }
  }

  head() {
    const head = made("div", "row head");
    head.setAttribute("aria-hidden", "true");
    added(head, "span", "", "score");
    if (this.film.true) added(head, "span", "", "true");
    added(head, "span", "", "advantage");
    head.append(this.legend);
    return head;
  }

  row(text, i) {
    const row = made("div", "row");
    setAll(row, { role: "group", "aria-label": this.said(text) });
    this.measure(row, text.score, "score");
    if (this.film.true) this.measure(row, text.true, "score");
    this.measure(row, text.advantage, "advantage");
    const words = added(row, "span", "words");
    added(words, "span", "prompt", this.begun(text)).title = this.prompt(text);
    text.pieces.forEach((piece, t) => words.append(...this.token(text, this.film.pieces[piece], i, t)));
    if (text.count > 1) added(words, "span", "count", ` ×${text.count}`).title = `written ${text.count} times in this step`;
    return row;
  }

  /** The prompt of a text: its own where a run has many. */
  prompt(text) {
    return text.prompt ? this.spelt(text.prompt) : this.film.prompt.join("");
  }

  /** The same as it is shown before the text. */
  begun(text) {
    return text.prompt ? this.prompt(text) : this.begin;
  }

  spelt(pieces) {
    return pieces.map((piece) => this.film.pieces[piece]).join("");
  }

  /** A number over its bar, which starts at 0 in the middle. */
  measure(row, value, of) {
    const cell = added(row, "span", "measure");
    added(cell, "b", "", value === null ? "–" : of === "advantage" ? signed(value) : figure(value));
    const track = added(cell, "i");
    if (value === null) return;
    Object.assign(added(track, "i", value < 0 ? "bar loss" : "bar gain").dataset, { value, of });
  }

  token(text, piece, i, t) {
    const last = text.ended && t === text.pieces.length - 1;
    const blank = /^\s*/.exec(piece)[0];
    const token = made("span", last ? "token end" : "token", last ? "∎" : piece.slice(blank.length) || seen(piece), {
      tabIndex: -1,
      title: this.fixed ? "" : "watch the next token here",
    });
    token.dataset.at = `${i} ${t}`;
    token.setAttribute("role", this.fixed ? "img" : "button");
    return [document.createTextNode(blank || (last ? " " : "")), token];
  }

  name(text, t) {
    return text.ended && t === text.pieces.length - 1 ? "the end" : `“${this.film.pieces[text.names[t]]}”`;
  }

  /** One token's change in words. */
  about(text, i, t) {
    const values = text[this.mode];
    if (!values) return `${this.name(text, t)}: no update followed`;
    const whom = this.mode === "tuned" ? "in the reference" : "before this update";
    return `${this.name(text, t)} ${times(values[t])} ${whom}: log π ${change(values[t])}`;
  }

  /** The same in a few signs, for the place of the legend. */
  brief(text, t) {
    const values = text[this.mode];
    if (!values) return `${this.name(text, t)}: no update followed`;
    const factor = Math.exp(values[t]);
    const short = factor > 99 ? factor.toFixed(0) : factor < 0.0995 ? factor.toFixed(4) : factor.toFixed(2);
    return `${this.name(text, t)}: p ×${factor > 1e4 ? "10⁴ and more" : short}, log π ${change(values[t])}`;
  }

  said(text) {
    const whole = this.prompt(text) + this.spelt(text.pieces);
    const often = text.count > 1 ? `, written ${text.count} times` : "";
    const won = text.advantage === null ? "" : `, advantage ${figure(text.advantage)}`;
    return `score ${figure(text.score)}${won}${often}: ${whole}`;
  }

  /** What the token under the hand or the focus has changed by, where the legend stood. */
  tell(target) {
    const at = target.dataset?.at?.split(" ").map(Number);
    if (!at) return;
    const text = this.known[this.at][at[0]];
    this.legend.className = "legend told";
    this.legend.textContent = this.brief(text, at[1]);
  }

  explain() {
    const scale = this.scales[this.mode];
    this.legend.className = "legend";
    this.legend.replaceChildren();
    if (!this.known[this.at][0][this.mode]) {
      this.legend.textContent = "no update followed: nothing to colour";
      return;
    }
    added(this.legend, "span", "token down", "less likely");
    const strip = added(this.legend, "span", "strip");
    strip.setAttribute("aria-hidden", "true");
    added(this.legend, "span", "token up", "likelier");
    added(this.legend, "span", "quiet", `log π ±${digits(scale)}`);
    for (const token of /** @type {NodeListOf<HTMLElement>} */ (this.legend.querySelectorAll(".token"))) token.style.setProperty("--much", "0.65");
  }

  pick(target) {
    const at = target.dataset?.at?.split(" ").map(Number);
    if (!at) return;
    this.here = at;
    this.roam(true);
    if (!this.fixed) this.watch({ n: this.at, text: at[0], token: at[1] });
  }

  /** Arrow keys walk from token to token, Enter watches one, Escape goes back to the cursor. */
  type(event) {
    const at = event.target.dataset?.at?.split(" ").map(Number);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const texts = this.known[this.at];
    const [i, t] = at;
    const to = { ArrowRight: [i, t + 1], ArrowLeft: [i, t - 1], ArrowDown: [i + 1, t], ArrowUp: [i - 1, t] }[event.key];
    if (event.key === "Enter" || event.key === " ") this.pick(event.target);
    else if (event.key === "Escape") event.target.blur();
    else if (!to) return;
    swallow(event);
    if (!to) return;
    const row = clamp(to[0], 0, texts.length - 1);
    this.here = [row, clamp(to[1], 0, texts[row].pieces.length - 1)];
    this.roam(true);
  }

  roam(focus) {
    for (const token of this.rows.querySelectorAll(".token[tabindex='0']")) token.tabIndex = -1;
    const token = this.rows.querySelector(`.token[data-at="${this.here.join(" ")}"]`);
    if (!token) return;
    token.tabIndex = 0;
    if (focus) token.focus({ preventScroll: true });
  }
}

/** A change of log-probability: where it is small, with a decimal more. */
function change(nats) {
  return signed(nats, Math.abs(nats) < 0.095 ? 3 : 2);
}
