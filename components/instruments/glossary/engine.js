// Finding terms in a sentence, as mdp_core/glossary/reading.py does, on the same cases.

const WORD = /^[a-z][a-z' -]*[a-z]$/;
const LETTER = "[\\p{L}\\p{N}_]"; // Python's \w
const NUMBER = /^\s*[=:]?\s*([−+-]?\d+(?:,\d{3})*(?:\.\d+)?(?: ?%| nats?\b)?)(?![\p{L}\p{N}_]|\.\d)/u;

/** @typedef {{name: string, symbol: string, also: string[], says: string, grid: string, text: string, signs: string[]}} Term */
/** @typedef {{pattern: RegExp, numbers: Map<string, number>, signs: Map<string, number>}} Reader */
/** `text.slice(begin, end)` is a spelling of the term with that number.
 *  @typedef {{begin: number, end: number, term: number}} Span */

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** @param {string} spelling */
function patternOf(spelling) {
  const first = spelling[0];
  const body = WORD.test(spelling) ? `[${first}${first.toUpperCase()}]${escaped(spelling.slice(1))}s?` : escaped(spelling);
  const letter = new RegExp(LETTER, "u");
  const points = Array.from(spelling);
  return (letter.test(points[0]) ? "(?<![\\p{L}\\p{N}_'’])" : "") + body + (letter.test(points[points.length - 1]) ? `(?!${LETTER})` : "");
}

/** What reads sentences with these terms in mind.
 *  @param {Term[]} terms @returns {Reader} */
export function reader(terms) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  /** @type {Map<string, number>} */
  const signs = new Map();
  terms.forEach((term, i) => {
    for (const spelling of [term.name, ...term.also]) numbers.set(spelling, i);
    for (const sign of term.signs) signs.set(sign, i);
  });
  const longestFirst = [...numbers.keys()].sort((a, b) => b.length - a.length);
  return { pattern: new RegExp(longestFirst.map(patternOf).join("|"), "gu"), numbers, signs };
}

/** Where terms stand in `text`, from left to right; none lies in another, and none in “what somebody else said”.
 *  @param {Reader} read @param {string} text @returns {Span[]} */
export function spansOf(read, text) {
  const spans = [];
  for (const match of text.matchAll(read.pattern)) {
    const small = match[0][0].toLowerCase() + match[0].slice(1);
    const spellings = [match[0], small, match[0].replace(/s$/, ""), small.replace(/s$/, "")];
    const term = spellings.map((spelling) => read.numbers.get(spelling)).find((number) => number !== undefined);
    if (term !== undefined) spans.push({ begin: match.index, end: match.index + match[0].length, term });
  }
  return spans;
}

/** The spans of which no part is quoted: between “ and ” stands what a model or a visitor wrote.
 *  @param {Span[]} spans @param {string} text */
export function unquoted(spans, text) {
  const quotes = [...text.matchAll(/“[^”]*”?/g)].map((match) => [match.index, match.index + match[0].length]);
  return spans.filter(({ begin, end }) => quotes.every(([from, to]) => end <= from || begin >= to));
}

/** The one term that a lone sign of a formula means, as a list of spans; `below` is what stands below it, as t in G_t.
 *  @param {Reader} read @param {string} text @param {string} [below] @returns {Span[]} */
export function signsOf(read, text, below = "") {
  const sign = text.trim();
  const begin = text.indexOf(sign);
  const spellings = sign ? [...(below ? [`${sign}_${below}`] : []), sign] : [];
  for (const spelling of spellings) {
    const term = read.signs.get(spelling) ?? read.numbers.get(spelling);
    if (term !== undefined) return [{ begin, end: begin + sign.length, term }];
  }
  return [];
}

/** The number that `text` begins with, "" where it begins otherwise: in "gamma 0.90" it stands right behind the name.
 *  @param {string} text */
export function numberIn(text) {
  return NUMBER.exec(text)?.[1] ?? "";
}

/** Which terms a search finds: by name and spelling first, then by what is said of them. Numbers of terms, in that order.
 *  @param {Term[]} terms @param {string} query */
export function found(terms, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  /** @param {string[]} texts */
  const has = (texts) => words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
  const all = terms.map((_, i) => i);
  const named = all.filter((i) => has([terms[i].name, terms[i].symbol, ...terms[i].also]));
  const told = all.filter((i) => !named.includes(i) && has([terms[i].name, terms[i].says, terms[i].grid, terms[i].text]));
  return [...named, ...told];
}

/** What the tests ask: each text's spans by these terms.
 *  @param {Term[]} terms @param {string[]} texts */
export function spansBy(terms, texts) {
  const read = reader(terms);
  return texts.map((text) => spansOf(read, text));
}

/** What the tests ask: the term of each sign of a formula, null where there is none.
 *  @param {Term[]} terms @param {[string, string][]} signs */
export function signsBy(terms, signs) {
  const read = reader(terms);
  return signs.map(([sign, below]) => signsOf(read, sign, below)[0]?.term ?? null);
}
