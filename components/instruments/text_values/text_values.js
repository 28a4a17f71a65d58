// The value of a text, token by token: V of every prefix under its last token, and q of what may come next.
// Every piece goes in as textContent: the text is a stranger's.

import { added, button, made, swallow } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { Instrument, mounted } from "../kit/instrument.js";
import { clamp, figure } from "../kit/numbers.js";

class TextValues extends Instrument {
  constructor(root) {
    super(root, ".text-values");
    this.tokens = this.find(".tokens");
    this.after = this.find(".after");
    this.rows = this.find(".candidates");
    this.tokens.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      swallow(event);
      this.choose(clamp(this.data.chosen + step, 0, this.data.prefixes.length - 1));
      this.tokens.children[this.data.chosen].focus();
    });
  }

  choose(i) {
    this.data.chosen = i;
    this.mark();
    this.send("prefix", i);
  }

  receive({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    this.data = data;
    this.followTheme();
    this.drawTokens();
    this.drawCandidates();
  }

  drawTokens() {
    const focused = [...this.tokens.children].indexOf(this.root.activeElement ?? document.activeElement);
    this.tokens.replaceChildren(
      ...this.data.prefixes.map(({ piece, value, half, change }, i) => {
        const token = button("", () => this.choose(i), "token", { role: "radio" });
        added(token, "span", "word", piece);
        added(token, "span", "value", value === null ? "…" : figure(value));
        if (i) added(token, "span", "change", value === null || change === null ? "\u00a0" : (change < 0 ? "" : "+") + figure(change));
        if (change !== null && Math.abs(change) > 0.005) {
          token.classList.add(change < 0 ? "loss" : "gain");
          token.style.setProperty("--strength", `${Math.round(10 + 50 * Math.min(Math.abs(change) / this.data.scale, 1))}%`);
        }
        token.title = value === null ? "not worked out yet" : `V = ${figure(value, 3)} ± ${figure(half, 3)}`;
        return token;
      })
    );
    this.mark();
    if (focused >= 0) this.tokens.children[Math.min(focused, this.tokens.children.length - 1)]?.focus();
  }

  mark() {
    [...this.tokens.children].forEach((button, i) => {
      const chosen = i === this.data.chosen;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    });
  }

  drawCandidates() {
    const { candidates, after, low, high } = this.data;
    this.after.textContent = after;
    this.rows.replaceChildren();
    if (!candidates.length) return;
    const row = (className, parts) => {
      const line = made("div", `row ${className}`, "", { role: "row" });
      line.append(...parts);
      this.rows.append(line);
    };
    const cell = (className, text) => made("span", className, text, { role: "cell" });
    row("head", [cell("", "next token a"), cell("number", "π(a|s)"), cell("", ""), cell("number", "q(s, a)")]);
    for (const { piece, p, q, half, chosen } of candidates) {
      const word = cell("word", piece);
      if (chosen) added(word, "span", "written").append(" ", icon("back"), " written");
      row(chosen ? "chosen" : "", [
        word,
        cell("number", figure(p)),
        this.bar(q, low, high),
        cell("number q", q === null ? "…" : half > 0.0005 ? `${figure(q)} ± ${figure(half, 3)}` : figure(q, 3)),
      ]);
    }
  }

  bar(q, low, high) {
    const bar = made("div", "bar");
    const at = (value) => (100 * (value - low)) / (high - low || 1);
    const place = (name, className, left) => Object.assign(added(bar, name, className).style, { left: `${left}%` });
    if (q !== null) {
      const fill = place("b", q < 0 ? "loss" : "gain", Math.min(at(q), at(0)));
      fill.width = `${Math.abs(at(q) - at(0))}%`;
    }
    place("i", "", at(0));
    return bar;
  }
}

export default mounted(TextValues);
