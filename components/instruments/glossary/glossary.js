// The glossary: one for all pages. Words are found in the page, marked, and explained where one points; a list has them all.

import { made, swallow } from "../kit/dom.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { Card } from "./card.js";
import { found, reader } from "./engine.js";
import { Marks } from "./marks.js";
import { numbersNow, titleOf, toldOf } from "./told.js";

const FIELDS = "input, textarea, select, [contenteditable]";

class Glossary extends Instrument {
  static pictured = false;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, ".glossary");
    this.list = this.find(".list");
    this.query = this.find(".query");
    this.entries = this.find(".entries");
    this.none = this.find(".none");
    /** @type {import("./engine.js").Term[]} */
    this.terms = [];
    this.find(".open").addEventListener("click", () => this.open());
    this.find(".close").addEventListener("click", () => this.list.close());
    this.query.addEventListener("input", () => this.fill());
    this.list.addEventListener("keydown", (event) => event.stopPropagation()); // letters are Streamlit's and the instruments' keys
    this.list.addEventListener("click", (event) => {
      if (event.target === this.list) this.list.close(); // beside it: on its backdrop
    });
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.closing });
  }

  /** @param {import("../kit/instrument.js").Component} component */
  receive({ data }) {
    this.followTheme();
    if (this.marks) return; // the table never changes
    this.terms = data.terms;
    const read = reader(this.terms);
    this.marks = new Marks(read, this.closing);
    this.card = new Card(this.find(".card"), this.terms, read, this.closing);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = event.composedPath()[0];
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof Element && target.matches(FIELDS)) return;
    swallow(event);
    this.open();
  }

  open() {
    if (this.list.open || !this.marks) return;
    this.card?.hide();
    this.here = this.marks.scan();
    this.query.value = "";
    this.list.showModal();
    this.query.focus();
    this.fill();
  }

  /** What the search finds, first what stands on this page. */
  fill() {
    const numbers = numbersNow();
    const hits = found(this.terms, this.query.value);
    /** @type {[string, number[]][]} */
    const groups = [
      ["On this page", hits.filter((i) => this.here.has(i))],
      ["On other pages", hits.filter((i) => !this.here.has(i))],
    ];
    this.entries.replaceChildren();
    for (const [title, group] of groups) {
      if (!group.length) continue;
      this.entries.append(made("h3", "", `${title}: ${group.length}`));
      this.entries.append(...group.map((i) => this.entry(this.terms[i], numbers[this.terms[i].name] ?? "", hits.length === 1)));
    }
    this.entries.scrollTop = 0;
    this.none.textContent = hits.length ? "" : "No word here is called that, and none is explained by it.";
  }

  /** @param {import("./engine.js").Term} term @param {string} now @param {boolean} open */
  entry(term, now, open) {
    const entry = made("details", "", "", { open });
    const summary = made("summary");
    summary.append(titleOf(term, now));
    entry.append(summary, toldOf(term));
    return entry;
  }
}

export default mounted(Glossary);
