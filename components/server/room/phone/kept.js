// What a phone keeps: who it is in this room, what it has said, and what of that the server does not have yet.

const PREFIX = "one-loop-room ";
const DAYS = 30; // after which what was kept for a room is thrown away
const MOST = 20; // of what is said, in one message
const LONGEST = 3000; // characters of it

/** @typedef {{token: string, at: number, turn: number, counted: string[], done: Record<string, number[]>,
 *             replies: Record<string, any>, waiting: any[]}} State */

/** 128 bits that nobody else has.
 *  @param {Crypto} crypto */
export function newToken(crypto) {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => (n + 256).toString(16).slice(1)).join("");
}

/** Reads and writes through to `storage`, so that two tabs of one phone are one phone; where that is refused, to memory. */
export class Kept {
  /** @param {Storage | null} storage @param {string} room @param {() => string} token @param {number} now */
  constructor(storage, room, token, now) {
    this.storage = storage;
    this.key = PREFIX + room;
    this.now = now;
    /** @type {State} */
    this.memory = { token: token(), at: now, turn: 0, counted: [], done: {}, replies: {}, waiting: [] };
    this.tidy();
    this.change(() => {});
  }

  /** @returns {State} */
  get state() {
    try {
      const read = JSON.parse(this.storage.getItem(this.key));
      if (read && typeof read.token === "string" && Array.isArray(read.waiting)) this.memory = read;
    } catch {
      // It is refused, or is not what was written: what is in memory holds.
    }
    return this.memory;
  }

  /** @param {(state: State) => void} how */
  change(how) {
    const state = this.state;
    how(state);
    this.memory = state;
    try {
      this.storage.setItem(this.key, JSON.stringify(state));
    } catch {
      this.storage = null; // it is full: what is in memory is newer from now on
    }
  }

  /** @param {string} batch @param {number} pair @param {number} answer */
  vote(batch, pair, answer) {
    this.change((state) => {
      const done = (state.done[batch] = state.done[batch] || []);
      if (!done.includes(pair)) done.push(pair);
      state.turn += 1;
      state.waiting = state.waiting.filter((one) => one.pair !== pair);
      state.waiting.push({ pair, answer, turn: state.turn });
    });
  }

  /** @param {number} question @param {number} round @param {any} answer */
  reply(question, round, answer) {
    this.change((state) => {
      state.replies[`${question} ${round}`] = answer;
      state.turn += 1;
      state.waiting = state.waiting.filter((one) => one.question !== question);
      state.waiting.push({ question, round, answer, turn: state.turn });
    });
  }

  /** The server has answered for these turns: it has counted some, and has no use for the others.
   *  @param {number[]} counted @param {number[]} refused */
  settle(counted, refused) {
    this.change((state) => {
      for (const one of state.waiting) {
        const what = one.pair === undefined ? `${one.question} ${one.round}` : String(one.pair);
        if (counted.includes(one.turn) && !state.counted.includes(what)) state.counted.push(what);
      }
      state.waiting = state.waiting.filter((one) => !counted.includes(one.turn) && !refused.includes(one.turn));
    });
  }

  /** The room is gone: forget what was said in it, but not who this phone was. Whether it ever said something.
   *  @returns {boolean} */
  leave() {
    this.change((state) => Object.assign(state, { waiting: [], counted: [], done: {}, replies: {} }));
    return this.state.turn > 0;
  }

  /** What is to be sent now, the oldest first. */
  sendable() {
    const said = [];
    let length = 0;
    for (const one of this.state.waiting) {
      length += JSON.stringify(one).length;
      if (said.length === MOST || (said.length && length > LONGEST)) break;
      said.push(one);
    }
    return said;
  }

  /** @param {string} batch @returns {number[]} */
  done(batch) {
    return this.state.done[batch] || [];
  }

  /** @param {number} question @param {number} round */
  replied(question, round) {
    return this.state.replies[`${question} ${round}`];
  }

  /** Throw away what was kept for rooms of long ago. */
  tidy() {
    try {
      for (const key of Object.keys(this.storage)) {
        if (!key.startsWith(PREFIX) || key === this.key) continue;
        const at = JSON.parse(this.storage.getItem(key)).at;
        if (!(this.now - at < DAYS * 86400000)) this.storage.removeItem(key);
      }
    } catch {
      // Then it stays.
    }
  }
}
