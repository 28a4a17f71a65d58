// The text of the whole page, shadow roots and all, block by block; and which of it is the page's own.

/** These stand inside a sentence; any other element is a block of its own. */
const INLINE = new Set(["B", "I", "EM", "STRONG", "A", "SUB", "SUP", "SMALL", "tspan"]);

/** What a visitor writes, what a model or a visitor has written, and what nobody reads. */
const STRANGE = [
  "input, textarea, select, option, code, pre, script, noscript, style, template, canvas, [contenteditable], [hidden]",
  ".katex-mathml, .live, .icon, [data-testid=stCode], [data-testid=stIconMaterial], [data-testid=stTooltipContent]",
  ".stranger, .page, .token, .tokens, .bars, .stack, .chip, .may, .rows, .after, .rated-text, .scored td, .sampled-texts td, .reward-texts td, .proxy-texts p",
  "[class*=st-key-prefer_], .glossary, .place, svg .number",
].join(", ");

/** @param {Element} element */
export const isStrange = (element) => element.matches(STRANGE);

/** All blocks below `root`, and the shadow roots that were met on the way.
 *  @param {Document | ShadowRoot} root @param {(block: Element) => void} see @param {(shadow: ShadowRoot) => void} enter */
export function walk(root, see, enter) {
  const top = root instanceof Document ? root.body : root;
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_ELEMENT, (node) =>
    isStrange(/** @type {Element} */ (node)) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = /** @type {Element} */ (node);
    if (!INLINE.has(element.tagName)) see(element);
    if (element.shadowRoot) {
      enter(element.shadowRoot);
      walk(element.shadowRoot, see, enter);
    }
  }
}

/** The block that `element` stands in, null where it is a stranger's.
 *  @param {Element} element @returns {Element | null} */
export function blockAround(element) {
  for (let at = element; at; at = parentOf(at)) if (isStrange(at)) return null;
  let block = element;
  while (INLINE.has(block.tagName) && block.parentElement) block = block.parentElement;
  return block;
}

/** The element around this one, out of its shadow root too.
 *  @param {Element} element @returns {Element | null} */
export function parentOf(element) {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

/** The text of one block, and the nodes that it is made of; what lies in a block of its own leaves a line's end behind. */
export class BlockText {
  /** @param {Element} block */
  constructor(block) {
    this.block = block;
    this.text = "";
    /** @type {{node: Text, begin: number}[]} */
    this.nodes = [];
    this.gather(block);
  }

  /** @param {Element} element */
  gather(element) {
    for (const child of element.childNodes) {
      if (child instanceof Text) {
        this.nodes.push({ node: child, begin: this.text.length });
        this.text += child.data;
      } else if (child instanceof Element) {
        if (INLINE.has(child.tagName) && !isStrange(child)) this.gather(child);
        else this.text += "\n";
      }
    }
  }

  /** @param {{begin: number, end: number}} span */
  rangeOf({ begin, end }) {
    const range = new Range();
    for (const { node, begin: from } of this.nodes) {
      if (from <= begin && begin < from + node.length) range.setStart(node, begin - from);
      if (from < end && end <= from + node.length) range.setEnd(node, end - from);
    }
    return range;
  }
}
