// Which changes of an address make an entry of the browser's history. Pure.

const WRITTEN = ["v", "beat"]; // every link that the app has written has one of these parameters

/** The names of the parameters in which two addresses differ.
 *  @param {URLSearchParams} before @param {URLSearchParams} after */
function changed(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

/** Remembers the last change, and says whether the next one only goes on from there. */
export class Steps {
  constructor() {
    /** @type {Set<string>} parameters that are dragged or typed */
    this.flowing = new Set();
    this.last = "";
  }

  /** The next change makes an entry: somebody went back, or elsewhere. */
  rest() {
    this.last = "";
  }

  /** Whether `after` takes the place of `before`, and makes no entry of its own.
   *  @param {string} before @param {string} after addresses in full */
  goesOn(before, after) {
    const [from, to] = [new URL(before), new URL(after)];
    const names = changed(from.searchParams, to.searchParams);
    const last = this.last;
    const flows = names.length > 0 && names.every((name) => this.flowing.has(name));
    this.last = flows && from.pathname === to.pathname ? names.join() : "";
    if (from.pathname !== to.pathname) return false;
    const completed = WRITTEN.some((name) => to.searchParams.has(name) && !from.searchParams.has(name));
    if (completed) this.last = "";
    return completed || (this.last !== "" && this.last === last);
  }
}

/** The answers to a walk through addresses, each from the one before; null: somebody went back.
 *  @param {string[]} flowing @param {(string | null)[]} addresses */
export function walk(flowing, addresses) {
  const steps = new Steps();
  steps.flowing = new Set(flowing);
  /** @type {boolean[]} */
  const answers = [];
  let at = addresses[0];
  for (const address of addresses.slice(1)) {
    if (address === null) steps.rest();
    else {
      answers.push(steps.goesOn(String(at), address));
      at = address;
    }
  }
  return answers;
}
