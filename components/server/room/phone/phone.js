// The phone's page: it shows what the room is asked, and keeps what is said until the server has it.

import { Kept, newToken } from "./kept.js";
import { Curve, figure } from "./curve.js";

const EVERY = 2000; // ms between two looks at what is asked
const SLOWEST = 15000; // where the server does not answer
const PATIENCE = 15000; // ms that an answer may take
const GUARD = 350; // ms in which a second tap does not hit what has just come

const part = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const write = (id, text) => {
  if (part(id).textContent !== text) part(id).textContent = text;
};
const SECTIONS = ["enter", "note", "pairs", "question"];

/** Show one section, and leave the others.
 *  @param {string} name */
function show(name) {
  for (const id of SECTIONS) part(id).hidden = id !== name;
}

function note(title, text, leave = false) {
  write("note-title", title);
  write("note-text", text);
  part("other-room").hidden = !leave;
  show("note");
}

/** The browser's storage, or null where it is refused. */
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

class Phone {
  /** @param {string} root the address of all rooms @param {string} code */
  constructor(root, code) {
    this.address = `${root}/${encodeURIComponent(code)}/now`;
    this.kept = new Kept(storage(), `${root}/${code}`, () => newToken(window.crypto), Date.now());
    this.knows = ""; // the stamp of what is shown
    this.asks = null;
    this.queue = []; // pairs to vote on, the first one on the screen
    this.last = null; // the pair voted on last, for another thought
    this.again = false; // whether that one is on the screen
    this.dry = false; // the server has no more pairs at this stamp
    this.wait = EVERY;
    this.trouble = ""; // why the server does not have what waits
    this.curve = new Curve(part("canvas"), part("live"), () => (part("send").disabled = false));
    part("first").addEventListener("click", () => this.vote(0));
    part("second").addEventListener("click", () => this.vote(1));
    part("same").addEventListener("click", () => this.vote(2));
    part("change").addEventListener("click", () => this.rethink());
    part("slider").addEventListener("input", () => this.slide());
    part("send").addEventListener("click", () => this.send());
    window.addEventListener("online", () => this.exchange());
    document.addEventListener("visibilitychange", () => !document.hidden && this.exchange());
  }

  // With the server

  /** Send what waits, and hear what is asked; then again, and later where the server does not answer. */
  async exchange() {
    clearTimeout(this.timer);
    if (this.busy) {
      this.hurry = true;
      return;
    }
    [this.busy, this.hurry] = [true, false];
    const said = this.kept.sendable();
    try {
      await this.once(said);
    } catch {
      this.trouble = "No answer from the room yet.";
      this.slow(0);
    }
    this.busy = false;
    this.tell();
    const more = this.hurry || (!this.trouble && (this.kept.state.waiting.length > 0 || this.wants()));
    const pause = more ? 50 : this.wait * (0.75 + 0.5 * Math.random());
    if (more || !document.hidden) this.timer = setTimeout(() => this.exchange(), pause);
  }

  async once(said) {
    const more = this.wants();
    const message = { phone: this.kept.state.token, knows: this.knows, said, more, done: [] };
    if (this.asks && this.asks.kind === "pairs") message.done = this.kept.done(this.asks.batch);
    const hangUp = new AbortController();
    const late = setTimeout(() => hangUp.abort(), PATIENCE);
    try {
      const answer = await fetch(this.address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(message),
        cache: "no-store",
        credentials: "omit",
        signal: hangUp.signal,
      });
      const data = answer.status === 204 ? {} : await answer.json();
      if (answer.ok) this.hear(data);
      else this.refused(answer, data, said);
    } finally {
      clearTimeout(late);
    }
  }

  hear(data) {
    [this.wait, this.trouble] = [EVERY, ""];
    const refused = data.refused || [];
    if (data.counted || refused.length) {
      this.kept.settle(data.counted || [], refused.map((one) => one.turn));
      this.complaint = refused.length ? refused[0].sentence : "";
    }
    if (!data.asks) return;
    const before = this.asks;
    [this.knows, this.asks] = [data.stamp, data.asks];
    this.ask(before);
  }

  refused(answer, data, said) {
    const sentence = typeof data.sentence === "string" ? data.sentence : "The room does not answer as it should.";
    this.slow(Number(answer.headers.get("Retry-After")) * 1000);
    const out = answer.status === 404 || answer.status === 403;
    this.trouble = out ? " " : sentence;
    if (answer.status === 400) this.kept.settle([], said.map((one) => one.turn)); // it would never be taken
    if (!out) return;
    [this.asks, this.knows, this.wait, this.complaint] = [null, "", SLOWEST, ""];
    if (data.gone && this.kept.leave()) {
      note("This room is gone", "It was deleted, or its time was over. What you said in it is gone with it.", true);
    } else note("No way in", sentence, true);
  }

  slow(atLeast) {
    this.wait = Math.min(Math.max(this.wait * 1.6, atLeast || 0), SLOWEST);
  }

  // Pairs

  get open() {
    const done = this.kept.done(this.asks.batch);
    return this.queue.filter((pair) => !done.includes(pair.id));
  }

  wants() {
    return Boolean(this.asks) && this.asks.kind === "pairs" && !this.dry && this.open.length < 2;
  }

  ask(before) {
    const asks = this.asks;
    if (asks.kind === "pairs") {
      const same = before && before.kind === "pairs" && before.batch === asks.batch;
      if (!same) [this.queue, this.last, this.again] = [[], null, false];
      const shown = this.open[0];
      const fresh = asks.pairs.filter((pair) => !shown || pair.id !== shown.id);
      this.dry = asks.pairs.length < 2;
      this.queue = shown ? [shown, ...fresh] : fresh;
      if (!this.again) this.showPair();
      else this.count();
    } else if (asks.kind === "question") this.showQuestion(before);
    else if (asks.kind === "closed") note("This room is closed", "Thank you for your votes.", true);
    else note("Look at the screen", "You are in the room. What it is asked comes here.");
  }

  showPair() {
    const pair = this.again ? this.last.pair : this.open[0];
    part("again").hidden = !this.again;
    if (!pair) {
      if (this.dry) note("That was all", "You have seen every pair. Look at the screen.");
      else note("One moment", "The next pair comes as soon as the room answers.");
      return;
    }
    if (this.shown !== pair || part("pairs").hidden) {
      part("pairs").classList.add("fresh");
      clearTimeout(this.guard);
      this.guard = setTimeout(() => part("pairs").classList.remove("fresh"), GUARD);
    }
    this.shown = pair;
    for (const [i, id] of ["first", "second"].entries()) write(id, pair.texts[i]);
    for (const [i, id] of ["first", "second", "same"].entries()) {
      if (this.again) part(id).setAttribute("aria-pressed", String(this.last.answer === i));
      else part(id).removeAttribute("aria-pressed");
    }
    this.count();
    show("pairs");
  }

  count() {
    const done = this.kept.done(this.asks.batch).length;
    write("how-many", `${done} of ${this.asks.of} done`);
    part("change").hidden = !this.last || this.again;
  }

  vote(answer) {
    if (!this.shown || part("pairs").classList.contains("fresh")) return;
    this.kept.vote(this.asks.batch, this.shown.id, answer);
    [this.last, this.again] = [{ pair: this.shown, answer }, false];
    this.shown = null;
    this.showPair();
    window.scrollTo(0, 0);
    this.tell();
    this.exchange();
  }

  rethink() {
    this.again = true;
    this.showPair();
    part("first").focus();
  }

  // Questions

  showQuestion(before) {
    const { id, round, asks, how, revealed } = this.asks;
    const said = this.kept.replied(id, round);
    if (revealed) {
      const own = said === undefined ? "" : ` You said: ${this.spoken(said)}.`;
      note(asks, `What the room said is on the screen.${own}`);
      return;
    }
    if (before && before.kind === "question" && before.id === id && before.round === round && !before.revealed) return;
    write("asks", asks);
    write("round", `Round ${round}: think again, and answer again.`);
    part("round").hidden = round < 2;
    part("options").textContent = "";
    part("number").hidden = how.kind !== "number";
    part("drawing").hidden = how.kind !== "curve";
    part("send").hidden = how.kind === "choice";
    show("question");
    if (how.kind === "choice") this.showOptions(how.options, said);
    if (how.kind === "number") this.showNumber(how, said);
    if (how.kind === "curve") this.showCurve(how, said);
  }

  showOptions(options, said) {
    options.forEach((option, i) => {
      const button = document.createElement("button");
      button.className = "big";
      button.dir = "auto";
      button.textContent = option;
      button.setAttribute("aria-pressed", String(said === i));
      button.addEventListener("click", () => {
        for (const other of part("options").children) other.setAttribute("aria-pressed", String(other === button));
        this.say(i);
      });
      part("options").append(button);
    });
  }

  showNumber(how, said) {
    const slider = part("slider");
    [slider.min, slider.max, slider.step] = [how.low, how.high, how.step];
    slider.value = typeof said === "number" ? said : (how.low + how.high) / 2;
    write("low", this.spoken(how.low));
    write("high", this.spoken(how.high));
    part("send").disabled = false;
    this.slide();
  }

  slide() {
    const words = this.spoken(Number(part("slider").value));
    write("value", words);
    part("slider").setAttribute("aria-valuetext", words);
  }

  showCurve(how, said) {
    const canvas = part("canvas");
    write("up", `\u2191 ${how.y || ""}, ${figure(how.low)} to ${figure(how.high)}`);
    write("across", `${how.x || ""} \u2192`);
    canvas.setAttribute("aria-valuemin", how.low);
    canvas.setAttribute("aria-valuemax", how.high);
    canvas.setAttribute("aria-valuenow", (how.low + how.high) / 2);
    canvas.setAttribute("aria-valuetext", "Nothing is drawn yet");
    this.curve.open(how, said);
    part("send").disabled = !this.curve.value;
  }

  send() {
    this.say(this.asks.how.kind === "curve" ? this.curve.value : Number(part("slider").value));
  }

  say(answer) {
    this.kept.reply(this.asks.id, this.asks.round, answer);
    this.tell();
    this.exchange();
  }

  /** An answer, as it is read aloud. */
  spoken(answer) {
    const { how } = this.asks;
    if (how.kind === "choice") return how.options[answer];
    if (how.kind === "curve") return "what you drew";
    return `${figure(answer)}${how.unit ? ` ${how.unit}` : ""}`;
  }

  // What became of it

  tell() {
    const { waiting, counted: kept } = this.kept.state;
    const counted = kept.length;
    const many = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;
    const here = counted ? `${many(counted, "answer")} counted.` : "";
    const left = waiting.length ? `${many(waiting.length, "answer")} kept on this phone until the room has it.` : "";
    write("status", [this.trouble || this.complaint, left, here].filter((one) => one && one.trim()).join(" "));
  }
}

const found = /^(.*\/r)(?:\/([^/]+))?\/?$/.exec(window.location.pathname);
const [root, code] = found ? [found[1], (found[2] || "").toUpperCase()] : ["", ""];

if (code) {
  write("room", `Room ${code.length === 6 ? `${code.slice(0, 3)} ${code.slice(3)}` : code}`);
  note("Look at the screen", "Going in.");
  new Phone(root, code).exchange();
} else show("enter");

part("other-room").addEventListener("click", () => show("enter"));
part("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = part("code").value.toUpperCase().replace(/[^A-Z0-9]/g, "");
  if (typed) window.location.assign(`${root}/${typed}`);
});
