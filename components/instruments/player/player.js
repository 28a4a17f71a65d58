// The player: one clock, two worlds. What Python sends is drawn; what the visitor does here stays here, until it is
// committed: {step, gamma} on release, pause and step, and a chosen action.

import { dragged, find, made, put, shape } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { reduced } from "../kit/motion.js";
import { amount, clamp, figure, lowered, raised } from "../kit/numbers.js";
import { Transport } from "../kit/transport.js";
import { Bars, Stack } from "./bars.js";
import { Chart, writeSum } from "./chart.js";
import { discountedReturn, discountedRewards, largestReturn, returnsToGo, scene } from "./engine.js";
import { FreeHeight } from "./free_height.js";
import { MapPicture } from "./map.js";
import { TextPage } from "./page.js";
import { Readings } from "./readings.js";
import { Rows } from "./rows.js";

const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 30];
const WALKING_SPEED = 1; // steps a second up to which a step is walked through phase by phase
const GLIDE = 85; // ms, the time constant of every glide
const WATCHED = 300; // ms between two words to whoever watches while something plays or is dragged
const REMEMBERED = 2000; // ms after which a player that is put in another's place starts afresh

let latest = null; // the player that was made last

export class Player extends Instrument {
  constructor(root) {
    super(root, ".stage");
    this.p = 0; // the clock: a step and a share of it
    this.gamma = 0.9;
    this.speed = 1;
    this.playing = false;
    this.command = null;
    this.key = null;
    this.last = 0;
    this.toldAt = 0;
    this.reduced = reduced();
    this.rows = new Rows(this.box);
    this.places = [this.side("left"), this.side("right")];
    this.sides = []; // those of the places in which there is a world
    this.speeds = this.find(".speed");
    this.slider = this.find(".gamma");
    this.live = this.find(".live");
    this.readouts = { step: this.find(".clock .readout"), gamma: this.find(".discount .readout") };
    this.listen();
    this.settle();
  }

  /** Have a place in the page: the height that it leaves, and the keys that nothing else wants. */
  settle() {
    const height = new FreeHeight(this.box);
    this.fit = () => height.fill();
    for (const what of [height.page, height.scroller]) this.whenResized(what, this.fit);
  }

  /** Be the one of the page, as far as Python's frames are concerned. */
  succeed() {
    if (this.key === null) this.goOn(latest);
    latest = this;
  }

  /** Streamlit may put a new player in the place of one that is at work: it goes on where that one is. */
  goOn(other) {
    if (!other || performance.now() - other.last > REMEMBERED) return;
    for (const name of ["p", "gamma", "speed", "playing", "command", "committed"]) this[name] = other[name];
  }

  /** One half. Which world it shows, and whether that is a map or a text, is known when the frames come. */
  side(place) {
    const one = (row, what) => this.find(`.row.${row} .side.${place} ${what}`);
    const side = {
      place,
      world: null,
      parts: this.root.querySelectorAll(`.side.${place}`),
      bars: new Bars(one("policy", ".bars"), (action) => this.choose(side, action)),
      stack: new Stack(one("draw", ".stack")),
      readings: new Readings((row) => one(row, "output"), () => this.send("undo", side.world.id)),
      rewards: new Chart(one("rewards", "canvas"), (t) => this.go(t)),
      togo: new Chart(one("togo", "canvas"), (t) => this.go(t)),
      sum: one("sum", "output"),
    };
    return side;
  }

  listen() {
    const acts = {
      first: () => this.go(0),
      back: () => this.go(this.t - 1),
      toggle: () => this.toggle(),
      forward: () => this.go(this.t + 1),
      last: () => this.go(this.length),
      seek: (step) => this.go(step, false),
      rest: () => this.commit(),
    };
    this.transport = new Transport(this, acts, ".gamma, select, textarea");
    for (const value of SPEEDS) this.speeds.append(new Option(`${value}/s`, String(value), false, value === this.speed));
    this.speeds.addEventListener("change", () => {
      this.speed = Number(this.speeds.value);
      this.invalidate();
    });
    const drag = (gamma) => {
      this.gamma = clamp(gamma, 0, 1, this.gamma);
      this.invalidate();
    };
    dragged(this.slider, drag, () => this.commit());
    this.whenResized(this.box, () => this.refresh());
    this.reduced.addEventListener("change", () => this.invalidate(), { signal: this.closing });
  }

  /** Draw all of it anew. */
  refresh() {
    this.rows.drawLoop();
    this.shown = null;
    this.invalidate();
  }

  get t() {
    return Math.min(Math.floor(this.p + 1e-9), this.length);
  }

  /** New data from Python: frames and, where its number is new, a command to look somewhere. */
  receive({ data, setStateValue, setTriggerValue }) {
    this.setState = setStateValue;
    this.trigger = setTriggerValue;
    const { frames, rows, view, command } = data;
    this.fixed = data.fixed === true; // nobody is there to roll out another choice
    this.watched = data.watched === true;
    this.box.classList.toggle("fixed", this.fixed);
    if (frames.key !== this.key) {
      this.succeed();
      this.key = frames.key;
      this.length = Math.max(1, ...frames.worlds.map((world) => world.steps.length));
      this.sides = this.places.slice(0, frames.worlds.length);
      this.sides.forEach((side, i) => this.introduce(side, { ...frames.worlds[i], rewards: frames.worlds[i].steps.map((step) => step.reward) }));
      this.box.classList.toggle("alone", this.sides.length === 1);
      this.box.classList.toggle("alike", new Set(this.sides.map((side) => side.kind)).size === 1);
      this.p = Math.min(this.p, this.length);
    }
    for (const { bars } of this.sides) bars.fixed = this.fixed;
    if (command !== this.command) {
      this.command = command;
      this.p = clamp(view.step, 0, this.length);
      this.gamma = clamp(view.gamma, 0, 1, 0.9);
      this.committed = { step: this.t, gamma: this.gamma };
    }
    this.rows.show(rows);
    this.colours = this.followTheme();
    this.fit();
    this.refresh();
  }

  introduce(side, world) {
    const kind = world.map ? "of-map" : "of-text";
    if (side.kind !== kind) side.state = this.stateOf(side, kind);
    for (const part of side.parts) {
      if (side.world) part.classList.remove(side.world.id, side.kind);
      part.classList.add(world.id, kind);
    }
    Object.assign(side, { world, kind, mark: null, returnsMark: null });
    const head = this.find(`.head .side.${side.place}`);
    find(head, ".title").textContent = world.title;
    Object.assign(find(head, ".caption"), { textContent: world.caption, title: world.caption });
    for (const [row, words] of Object.entries(world.words)) {
      const word = this.root.querySelector(`.row.${row} .word.${side.place}`);
      if (word) word.textContent = words;
    }
    side.scales = {
      rewards: Math.max(...world.rewards.map(Math.abs), ...(world.ghost ? world.ghost.rewards.map(Math.abs) : []), 1e-9),
      togo: Math.max(largestReturn(world.rewards), world.ghost ? largestReturn(world.ghost.rewards) : 0, 1e-9),
    };
    side.state.load(world);
  }

  /** The picture of a state: a map or a text, in the place of what was there. */
  stateOf(side, kind) {
    const picture = this.find(`.picture.side.${side.place}`);
    picture.replaceChildren();
    if (kind === "of-map") return new MapPicture(shape(picture, "svg", { class: "map", role: "img" }), (action) => this.choose(side, action));
    const page = made("div", "page");
    page.setAttribute("role", "img");
    picture.append(page);
    return new TextPage(page, (t) => this.go(t));
  }

  toggle() {
    if (this.playing) {
      this.playing = false;
      this.p = this.t;
      this.commit();
    } else {
      if (this.p >= this.length) this.p = 0;
      this.playing = true;
      this.last = 0;
    }
    this.invalidate();
  }

  go(step, commit = true) {
    this.playing = false;
    this.p = clamp(Math.round(step), 0, this.length);
    if (commit) this.commit();
    this.invalidate();
  }

  choose(side, action) {
    const step = side.world.steps[this.t];
    if (this.fixed || !step || (step.bars[step.chosen].action === action && !step.forced)) return;
    this.playing = false;
    this.p = this.t;
    this.invalidate();
    this.committed = { step: this.t, gamma: this.gamma };
    this.setState("view", this.committed);
    this.send("choice", { side: side.world.id, t: this.t, action });
  }

  send(name, value) {
    this.trigger(name, value);
  }

  /** Tell Python what is looked at, once for every change. */
  commit() {
    if (this.tell()) this.speak();
  }

  /** What is on the move is told now and then, and where it came to rest. */
  keepTelling() {
    const { step, gamma } = this.committed;
    if (this.t === step && this.gamma === gamma) return;
    if (performance.now() - this.toldAt > WATCHED) this.tell();
    else this.invalidate();
  }

  /** Whether there was anything to tell. */
  tell() {
    const view = { step: this.t, gamma: this.gamma };
    if (this.committed && view.step === this.committed.step && view.gamma === this.committed.gamma) return false;
    this.committed = view;
    this.toldAt = performance.now();
    this.setState("view", view);
    return true;
  }

  /** Read the step aloud, at rest only. */
  speak() {
    const parts = this.sides.map(({ world }) => {
      const step = world.steps[this.t];
      if (!step) return `${world.title}: ${world.ending || world.caption}.`;
      const taken = step.bars[step.chosen];
      return `${world.title}: state ${step.state.text}, action ${taken.name} with probability ${figure(taken.p)}, reward ${amount(step.reward)}, next state ${step.next.text}.`;
    });
    this.live.textContent = `Step ${this.t} of ${this.length}. ${parts.join(" ")}`;
  }

  draw(now) {
    if (this.key === null) return;
    const dt = this.last ? Math.min(now - this.last, 100) : 16;
    this.last = now;
    if (this.playing) {
      this.p = Math.min(this.p + (dt * this.speed) / 1000, this.length);
      if (this.p >= this.length) {
        this.playing = false;
        this.commit();
      }
    }
    const moving = this.drawStep(dt);
    if (this.watched) this.keepTelling();
    if (this.playing || moving) this.invalidate();
    else this.last = 0;
  }

  drawStep(dt) {
    const walk = this.playing && this.speed <= WALKING_SPEED && !this.reduced.matches ? this.rows.walk : [];
    const tau = this.reduced.matches ? 0 : this.playing ? Math.min(GLIDE, 350 / this.speed) : GLIDE;
    this.drawClock(walk);
    let moving = false;
    for (const side of this.sides) {
      const { world } = side;
      const now = scene(this.p, world.steps.length, walk);
      const mark = `${this.key} ${now.at} ${now.drawn} ${now.acted} ${now.moved}`;
      if (side.mark !== mark || !this.shown) {
        side.mark = mark;
        const step = world.steps[now.at];
        side.state.show(this.rows.tellDraw ? now : { ...now, acted: now.moved });
        side.bars.show(step, now.drawn && this.rows.tellDraw);
        side.stack.show(step, now.drawn);
        side.readings.show(world, now.at);
      }
      this.drawReturns(side, world);
      for (const part of [side.bars, side.stack, side.state]) moving = Boolean(part.glide?.(dt, tau)) || moving;
    }
    this.shown = true;
    return moving;
  }

  drawClock(walk) {
    const { phase } = scene(this.p, this.length, walk);
    this.transport.show(this.playing, this.t, 0, this.length, `step ${this.t} of ${this.length}`, this.p > 0);
    put(this.slider, this.gamma, `gamma ${figure(this.gamma)}`);
    this.readouts.step.textContent = `t ${this.t}/${this.length}`;
    this.readouts.gamma.textContent = `γ gamma ${figure(this.gamma)}`;
    this.rows.light(phase);
  }

  drawReturns(side, world) {
    const mark = `${this.key} ${this.gamma} ${this.t}`;
    if (side.returnsMark === mark && this.shown) return;
    side.returnsMark = mark;
    const { ghost } = world;
    const shared = { since: ghost ? ghost.from : 0, span: this.length, at: this.t, colours: this.colours };
    const total = world.ending ? `begins with G₀ = ${figure(discountedReturn(world.rewards, this.gamma), 3)}` : "is not known yet";
    const discounted = discountedRewards(world.rewards, this.gamma);
    const togo = returnsToGo(world.rewards, this.gamma);
    const t = Math.min(this.t, world.rewards.length - 1);
    const over = world.ending ? "ended" : "";
    const said = (name, values) => (t === this.t ? `${name} ${figure(values[t], 3)}` : over);
    side.rewards.draw({
      ...shared,
      bars: discounted,
      reading: said(`γ${raised(t)} r${lowered(t + 1)} =`, discounted),
      outlines: world.rewards,
      ghost: ghost && discountedRewards(ghost.rewards, this.gamma),
      scale: side.scales.rewards,
      label: `${world.title}: rewards by step, outlined, and what gamma ${figure(this.gamma)} leaves of them, filled.`,
    });
    side.togo.draw({
      ...shared,
      bars: togo,
      reading: said(`G${lowered(t)} =`, togo),
      ghost: ghost && returnsToGo(ghost.rewards, this.gamma),
      scale: side.scales.togo,
      label: `${world.title}: return-to-go by step; it ${total}.`,
    });
    writeSum(side.sum, world, this.gamma);
  }
}

export default mounted(Player);
