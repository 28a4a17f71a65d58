// The next token's distribution: bars that glide from policy to policy, each with the reference as an outline.

import { added, find } from "../kit/dom.js";
import { approach } from "../kit/motion.js";
import { figure } from "../kit/numbers.js";
import { pagePixels } from "../kit/page_pixel.js";
import { known } from "./engine.js";

const ROW = 20; // page pixels a bar takes

/** A piece of text for the eye, a stranger's: what is blank is named. */
export function seen(piece) {
  const text = piece.trim();
  return text || { " ": "␣", "\n": "⏎", "\t": "⇥" }[piece] || (piece ? "␣" : "∅");
}

/** A probability: two decimals, three where that is nothing. */
function share(p) {
  return p >= 0.0095 || p < 0.0005 ? figure(p) : figure(p, 3);
}

export class NextToken {
  constructor(section) {
    this.after = find(section, ".after");
    this.list = find(section, ".bars");
    this.bars = new Map(); // token id -> its bar
  }

  draw(next) {
    const fresh = this.next?.prefix !== next.prefix;
    this.next = next;
    const items = next.tokens.map((token, i) => ({ id: next.ids[i], label: next.ends[i] ? "∎ end" : token, reference: next.reference[i] }));
    items.push({ id: -1, label: `${next.others.toLocaleString("en")} others`, reference: next.reference.at(-1), rest: true });
    this.most = Math.max(...[next.reference, ...next.p].flatMap((row) => row.slice(0, -1)), 1e-9);
    this.list.style.height = pagePixels(items.length * ROW);
    const there = new Set(items.map((item) => item.id));
    for (const [id, bar] of this.bars) {
      if (there.has(id)) continue;
      bar.element.remove();
      this.bars.delete(id);
    }
    this.items = items.map((item, place) => {
      const bar = this.bars.get(item.id) || this.make(item);
      bar.label.textContent = item.label;
      bar.label.title = item.label;
      bar.ghost.style.width = item.rest ? "0" : `${(100 * item.reference) / this.most}%`;
      bar.was.textContent = share(item.reference);
      bar.to.y = place;
      if (bar.now.y === null) bar.now.y = place;
      return { ...item, bar };
    });
    const order = this.items.map(({ bar }) => bar.element); // for who has it read aloud: the order that is seen
    if (order.some((element, i) => element !== this.list.children[i])) this.list.replaceChildren(...order);
    if (fresh) for (const { bar } of this.items) bar.now.p = bar.to.p;
  }

  /** Of what stands before the token as much as there is room for: its end says most. */
  fit() {
    const { at, policies, prefix } = this.next;
    const read = at.length < policies ? ` · ${at.length}/${policies} read` : "";
    for (let room = 20; room > 3; room -= 1) {
      this.after.textContent = `after “${prefix.length > room ? `…${prefix.slice(1 - room)}` : prefix}”${read}`;
      if (this.after.scrollWidth <= this.after.clientWidth) break;
    }
    this.after.title = prefix;
  }

  make(item) {
    const element = added(this.list, "div", item.rest ? "bar rest" : "bar");
    const label = added(element, "span", "label");
    const track = added(element, "span", "track");
    const fill = added(track, "span", "fill");
    const ghost = added(track, "span", "outline");
    const now = added(element, "b", "share");
    const was = added(element, "span", "share quiet");
    const bar = { element, label, fill, ghost, share: now, was, now: { p: item.reference, y: null }, to: { p: item.reference, y: 0 } };
    this.bars.set(item.id, bar);
    return bar;
  }

  /** Look at the policy after `n` updates, or the last one before it that was read. */
  point(n) {
    if (!this.next) return;
    const { at, p } = this.next;
    const row = at.indexOf(known(at, n));
    this.items.forEach(({ bar, reference }, i) => {
      bar.to.p = row < 0 ? reference : p[row][i];
    });
    const said = this.items.map(({ label, bar, reference }) => `${label} ${figure(bar.to.p)} (reference ${figure(reference)})`);
    this.list.setAttribute("aria-label", `After “${this.next.prefix}”: ${said.join(", ")}.`);
  }

  glide(dt, tau) {
    let moving = false;
    for (const { bar } of this.items || []) {
      for (const what of ["p", "y"]) {
        bar.now[what] = approach(bar.now[what], bar.to[what], dt, tau);
        moving ||= bar.now[what] !== bar.to[what];
      }
      bar.element.style.transform = `translateY(${pagePixels(bar.now.y * ROW)})`;
      bar.fill.style.transform = `scaleX(${bar.now.p / this.most})`;
      bar.share.textContent = share(bar.now.p);
    }
    return moving;
  }
}
