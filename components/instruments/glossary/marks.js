// The dotted lines under terms: a highlight of the browser's own, so that nobody's elements change.

import { spansOf, signsOf, unquoted } from "./engine.js";
import { BlockText, walk } from "./page_text.js";

const NAME = "one-loop-term";
const RULE = `::highlight(${NAME}) { text-decoration: underline dotted 1px; text-underline-offset: 0.2em; }`;
const QUIET = 400; // milliseconds without a change before the page is read again: never during a drag or while something plays
const LONGEST = 2000; // characters of one block that are read
const REMEMBERED = 3000; // texts whose terms are kept in mind
const UNMARKED = "button, a, .one-loop-file, [role=radio], [role=tab], [role=button], h1";

/** What a formula writes below a sign: t for the G of G_t.
 *  @param {Element} element */
function belowOf(element) {
  const next = element.nextElementSibling;
  return next?.matches(".msupsub") ? (next.textContent ?? "").replace(/[\s\u200b]/g, "") : "";
}

/** The terms in a block, each where it stands.
 *  @param {import("./engine.js").Reader} reader @param {BlockText} block */
export function termsIn(reader, block) {
  const { text } = block;
  if (text.length > LONGEST || !text.trim()) return [];
  return block.block.closest(".katex") ? signsOf(reader, text, belowOf(block.block)) : unquoted(spansOf(reader, text), text);
}

export class Marks {
  /** @param {import("./engine.js").Reader} reader @param {AbortSignal} closing */
  constructor(reader, closing) {
    this.reader = reader;
    this.sheet = new CSSStyleSheet();
    this.sheet.replaceSync(RULE);
    /** @type {Set<Document | ShadowRoot>} */
    this.roots = new Set();
    /** @type {Map<string, import("./engine.js").Span[]>} */
    this.known = new Map();
    this.observer = new MutationObserver(() => this.soon());
    this.held = false;
    this.timer = 0;
    const options = { signal: closing, capture: true, passive: true };
    document.addEventListener("pointerdown", () => (this.held = true), options);
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => ((this.held = false), this.soon()), options);
    closing.addEventListener("abort", () => this.end());
    this.join(document);
    this.soon();
  }

  end() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    for (const root of this.roots) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet);
    globalThis.CSS?.highlights?.delete(NAME);
  }

  /** @param {Document | ShadowRoot} root from now on its changes are seen, and its terms can be marked */
  join(root) {
    if (this.roots.has(root)) return;
    this.roots.add(root);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.sheet];
    this.observer.observe(root instanceof Document ? root.body : root, { childList: true, subtree: true, characterData: true });
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.held) return;
      const scan = () => this.scan();
      if ("requestIdleCallback" in window) requestIdleCallback(scan, { timeout: 2000 });
      else scan();
    }, QUIET);
  }

  /** Read the whole page and mark what is found, each term once in an element of Streamlit's.
   *  @returns {Set<number>} the terms that stand on the page */
  scan() {
    const begun = performance.now();
    const found = new Set();
    /** @type {Range[]} */
    const ranges = [];
    /** @type {Map<Element | Node, Set<number>>} */
    const marked = new Map();
    walk(
      document,
      (element) => {
        const block = new BlockText(element);
        const spans = this.spansOf(block);
        if (!spans.length) return;
        const place = element.closest("[data-testid=stElementContainer]") ?? element.getRootNode();
        if (!marked.has(place)) marked.set(place, new Set());
        const before = /** @type {Set<number>} */ (marked.get(place));
        const bare = element instanceof SVGElement || element.closest(UNMARKED) !== null; // in a drawing a line would go astray
        for (const span of spans) {
          found.add(span.term);
          if (bare || before.has(span.term)) continue;
          before.add(span.term);
          ranges.push(block.rangeOf(span));
        }
      },
      (shadow) => this.join(shadow)
    );
    // Forced colours would paint every term as if it were selected.
    const marks = matchMedia("(forced-colors: active)").matches ? [] : ranges;
    if (globalThis.CSS?.highlights) CSS.highlights.set(NAME, new Highlight(...marks));
    this.took = performance.now() - begun;
    return found;
  }

  /** @param {BlockText} block */
  spansOf(block) {
    if (!block.text.trim()) return [];
    if (block.block.closest(".katex")) return termsIn(this.reader, block);
    const key = block.text;
    let spans = this.known.get(key);
    if (!spans) {
      if (this.known.size > REMEMBERED) this.known.clear();
      this.known.set(key, (spans = termsIn(this.reader, block)));
    }
    return spans;
  }
}
