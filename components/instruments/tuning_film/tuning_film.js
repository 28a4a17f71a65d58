// A policy that moves: curves, the plane, a distribution and texts of one tuning run, under one cursor. What Python sends is
// drawn; where the cursor stands stays here, and Python hears of it when it has come to rest.

import { write } from "../kit/dom.js";
import { showIcon } from "../kit/icons.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { reduced } from "../kit/motion.js";
import { clamp } from "../kit/numbers.js";
import { Transport } from "../kit/transport.js";
import { Curve, Plane } from "./charts.js";
import { followed, known, moved, pace, sentence } from "./engine.js";
import { NextToken } from "./next.js";
import { TextRows } from "./texts.js";

const GLIDE = 110; // ms, the time constant of the bars
const REST = 300; // ms without a move after which Python hears of the cursor
const READABLE = 450; // ms that texts stay while the film is played
const RUNS = 8; // whose cursors are remembered when Streamlit puts a new picture in the old one's place

const CURVES = [
  { name: "score", unit: "", tone: "score", lines: ["score", "true"], band: ["low", "high"], error: "error" },
  { name: "KL to ref.", unit: "nats a text", tone: "kl", lines: ["kl"], error: "kl_error" },
  { name: "entropy", unit: "nats a token", tone: "entropy", lines: ["entropy"] },
  { name: "length", unit: "tokens", tone: "length", lines: ["length"], axis: true },
];

const remembered = new Map(); // run -> cursor

class Tuning extends Instrument {
  constructor(root) {
    super(root, ".tuning");
    this.readout = this.find(".readout");
    this.said = this.find(".said");
    this.parts = this.find(".parts");
    this.waiting = this.find(".waiting");
    this.live = this.find(".live");
    this.newest = this.find(".newest");
    const go = (n, done = true) => this.go(n, done);
    this.curves = CURVES.map((curve) => new Curve(this.find(".curves"), curve, go));
    this.plane = new Plane(this.find(".plane"));
    this.next = new NextToken(this.find(".next"));
    this.texts = new TextRows(this.find(".texts"), (at) => this.trigger("watched", at));
    this.cursor = null;
    this.playing = null; // where the film is, between two policies
    this.last = 0;
    this.reduced = reduced();
    this.listen();
  }

  listen() {
    const acts = {
      first: () => this.go(this.range.first),
      back: () => this.walk(-1),
      toggle: () => this.toggle(),
      forward: () => this.walk(1),
      last: () => this.go(this.range.newest),
      seek: (n) => this.go(n, false),
      rest: () => this.rest(),
    };
    this.transport = new Transport(this, acts, ".token");
    this.newest.addEventListener("click", acts.last);
    this.whenResized(this.parts, () => {
      this.stale = true;
      this.invalidate();
    });
    this.closing.addEventListener("abort", () => clearTimeout(this.timer));
  }

  receive({ data, setStateValue, setTriggerValue }) {
    this.state = setStateValue;
    this.trigger = setTriggerValue;
    const { film, run, live, parts } = data;
    for (const part of this.parts.children) part.toggleAttribute("hidden", !parts.includes(part.className));
    this.drawn = parts.includes("curves");
    this.texts.fixed = data.fixed === true;
    this.box.classList.toggle("fixed", this.texts.fixed);
    const numbers = film.curves.n;
    this.film = film;
    this.run = run;
    this.running = live;
    this.followTheme();
    this.waiting.hidden = numbers.length > 0;
    this.parts.hidden = this.said.hidden = numbers.length === 0;
    this.transport.enable(numbers.length > 0);
    if (!numbers.length) {
      this.film = null;
      this.readout.textContent = "";
      this.newest.hidden = true;
      return;
    }
    this.range = { run, first: numbers[0], newest: numbers.at(-1) };
    if (this.cursor?.run !== run) this.playing = null;
    this.cursor = followed(this.cursor?.run === run ? this.cursor : remembered.get(run), this.range);
    this.stale = true;
    this.invalidate();
    this.ask();
  }

  /** Policies that were not read yet for the watched place come a few at a time: ask for more, while more comes. */
  ask() {
    const { at, policies, prefix } = this.film.next;
    const seen = `${this.run} ${prefix} ${at.length}`;
    if (this.running || at.length >= policies || this.seen === seen) return;
    this.seen = seen;
    this.trigger("more", at.length);
  }

  /** To the policy after `n` updates, or the nearest that is known below it. */
  go(n, done = true) {
    if (!this.film) return;
    this.playing = null;
    this.cursor = moved(this.cursor, known(this.film.curves.n, n), this.range);
    this.invalidate();
    if (done) this.rest();
  }

  walk(by) {
    const { n } = this.film.curves;
    const place = n.indexOf(this.cursor.n) + by;
    this.go(n[clamp(place, 0, n.length - 1)]);
  }

  toggle() {
    if (this.playing !== null) {
      this.playing = null;
      this.rest();
    } else {
      const { n } = this.film.curves;
      const place = n.indexOf(this.cursor.n);
      this.playing = place >= n.length - 1 ? 0 : place;
      this.last = 0;
    }
    this.invalidate();
  }

  /** The cursor has come to rest, unless it moves again at once: read it aloud, and tell Python. */
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.film || this.playing !== null) return;
      write(this.live, this.sentence);
      if (this.told !== `${this.run} ${this.cursor.n}`) this.state("step", { run: this.run, n: this.cursor.n });
      this.told = `${this.run} ${this.cursor.n}`;
    }, REST);
  }

  get place() {
    return Math.max(this.film.curves.n.indexOf(this.cursor.n), 0);
  }

  get sentence() {
    return sentence(this.film, this.place, this.drawn);
  }

  draw(now) {
    if (!this.film) return;
    const dt = this.last ? Math.min(now - this.last, 100) : 16;
    this.last = now;
    const { n } = this.film.curves;
    if (this.playing !== null) {
      this.playing = Math.min(this.playing + (dt * pace(n.length)) / 1000, n.length - 1);
      this.cursor = { ...moved(this.cursor, n[Math.floor(this.playing)], this.range), following: false };
      if (this.playing >= n.length - 1) {
        this.playing = null;
        this.cursor = moved(this.cursor, n.at(-1), this.range);
        this.rest();
      }
    }
    if (this.stale) this.drawAll();
    this.point(now);
    const moving = this.next.glide(dt, this.reduced.matches ? 0 : GLIDE);
    if (this.playing !== null || moving) this.invalidate();
    else this.last = 0;
  }

  /** What stays while the cursor moves. */
  drawAll() {
    this.stale = false;
    const { film } = this;
    const until = this.running ? Math.max(film.steps, this.range.newest) : this.range.newest;
    this.curves.forEach((curve, i) => curve.draw(film.curves, until, i ? {} : { title: film.score, second: film.true && "true" }));
    this.plane.draw(film);
    if (this.come !== film) {
      this.come = film;
      this.next.draw(film.next);
      this.texts.draw(film);
    }
    this.next.fit();
  }

  point(now) {
    const { place, cursor } = this;
    remembered.delete(this.run);
    remembered.set(this.run, cursor);
    if (remembered.size > RUNS) remembered.delete(remembered.keys().next().value);
    for (const curve of this.curves) curve.point(place);
    this.plane.point(place);
    this.next.point(cursor.n);
    // Played fast, texts would only flicker: each stays long enough to be seen.
    if (this.playing === null || !(now - this.turned < READABLE)) {
      this.texts.point(cursor.n);
      this.turned = now;
    }
    this.drawControls();
  }

  drawControls() {
    const { film, cursor, range, running } = this;
    const all = running ? film.steps : range.newest;
    this.transport.show(this.playing !== null, cursor.n, range.first, range.newest, `after ${cursor.n} of ${all} updates`);
    const begun = film.start ? "kept policy" : "reference";
    this.readout.textContent = cursor.n === 0 ? `${begun} · 0 of ${all}` : `after ${cursor.n} of ${all} updates`;
    this.readout.title = cursor.n === 0 && film.start ? film.start : "";
    this.newest.hidden = !running;
    this.newest.setAttribute("aria-pressed", String(cursor.following));
    showIcon(this.newest, cursor.following ? "live" : "away", cursor.following ? "live" : "to live");
    const message = film.messages[cursor.n];
    this.said.classList.toggle("warning", Boolean(message));
    if (!message) write(this.said, this.sentence);
    else showIcon(this.said, "warning", message);
  }
}

export default mounted(Tuning);
