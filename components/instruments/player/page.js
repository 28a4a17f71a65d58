// State, in the language model's world: the text so far, the next token lit, the future that was given up.
// Every piece goes in as textContent: the text is a stranger's.

import { added, made } from "../kit/dom.js";
import { figure } from "../kit/numbers.js";

const [SHORT, LONG] = [70, 150]; // characters up to which a text is written large, and from which on small

export class TextPage {
  constructor(element, goTo) {
    this.element = element;
    this.goTo = goTo;
  }

  load(world) {
    this.world = world;
    this.element.replaceChildren();
    added(this.element, "span", "prompt", world.prompt.join(""));
    this.tokens = world.steps.map((step, t) => {
      // A token that writes nothing, such as the one that ends the text, is seen by its name while it is chosen.
      const [blank, word] = step.piece ? parted(readable(step.piece)) : [" ", step.bars[step.chosen].label];
      const token = added(this.element, "span", step.piece ? "token" : "token unwritten", blank);
      token.append(made("span", "mark", word));
      token.title = `step ${t}: p ${figure(step.bars[step.chosen].p)}`;
      token.addEventListener("click", () => this.goTo(t));
      return token;
    });
    const length = world.prompt.join("").length + world.steps.reduce((sum, step) => sum + step.piece.length, 0);
    this.element.classList.toggle("long", length > LONG);
    this.element.classList.toggle("short", length <= SHORT);
    this.ending = added(this.element, "span", "ending", world.ending);
    this.before = null;
    if (world.ghost && world.ghost.pieces) {
      this.before = added(this.element, "span", "before", "");
      added(this.before, "b", "", "before: …");
      this.before.append(world.ghost.pieces.join(""));
    }
  }

  /** Show a scene of the run: see `scene` in the engine. */
  show({ at, acted, moved }) {
    this.tokens.forEach((token, t) => {
      token.hidden = t > at || (t === at && !acted);
      token.classList.toggle("coming", t === at && !moved);
    });
    this.ending.hidden = at < this.tokens.length;
    const last = this.tokens[Math.min(at, this.tokens.length - 1)];
    if (last) this.element.scrollTop = last.offsetTop + last.offsetHeight - this.element.clientHeight + 12;
    const text = this.world.prompt.join("") + this.world.steps.slice(0, moved ? at + 1 : at).map((step) => step.piece).join("");
    const next = at < this.tokens.length && acted && !moved ? ` Next token: ${this.world.steps[at].bars[this.world.steps[at].chosen].name}.` : "";
    this.element.setAttribute("aria-label", `The text so far: ${text}.${next}`);
  }
}

/** The blank before a word, and the word: only the word is coloured. */
function parted(text) {
  const word = text.trimStart() || text;
  return [text.slice(0, text.length - word.length), word];
}

/** A token that a reader can see: line breaks as signs. */
function readable(piece) {
  return piece.replaceAll("\n", "⏎\n");
}
