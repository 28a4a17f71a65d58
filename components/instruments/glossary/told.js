// What is said of a term: the same on the card and in the list.

import { made } from "../kit/dom.js";

/** Symbol, name and number, on one line.
 *  @param {import("./engine.js").Term} term @param {string} now */
export function titleOf(term, now) {
  const title = made("span", "title");
  if (term.symbol && term.symbol !== term.name) title.append(made("span", "symbol", term.symbol));
  title.append(made("span", "name", term.name));
  if (now) {
    const place = made("span", "now", "now ");
    place.append(made("b", "", now));
    title.append(place);
  }
  return title;
}

/** What it is, and what it is in either world.
 *  @param {import("./engine.js").Term} term */
export function toldOf(term) {
  const told = made("div", "told");
  told.append(made("p", "says", term.says));
  for (const [where, says] of [["In the grid world: ", term.grid], ["In the language model: ", term.text]]) {
    if (!says) continue;
    const line = made("p", "");
    line.append(made("span", "where", where), made("span", "", says));
    told.append(line);
  }
  return told;
}

/** The numbers that the pages have told (components/shell/now.py), by term's name; what was told last holds.
 *  @returns {Record<string, string>} */
export function numbersNow() {
  const told = [...document.querySelectorAll(".one-loop-now")].map((element) => JSON.parse(element.textContent || "{}"));
  told.sort((a, b) => a.told - b.told);
  return Object.assign({}, ...told.map(({ numbers }) => numbers));
}
