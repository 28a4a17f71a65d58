// The value of a text, token by token: V of every prefix under its last token, and q of what may come next.
// Every piece goes in as textContent: the text is a stranger's.

class TextValues {
  constructor(root) {
    this.root = root;
    this.box = root.querySelector(".text-values");
    const one = (selector) => root.querySelector(selector);
    [this.tokens, this.after, this.rows, this.live] = [".tokens", ".after", ".candidates", ".live"].map(one);
    this.tokens.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const wanted = Math.min(Math.max(this.data.chosen + step, 0), this.data.prefixes.length - 1);
      this.data.chosen = wanted;
      this.mark();
      this.tokens.children[wanted].focus();
      this.send("prefix", wanted);
    });
  }

  receive({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    this.data = data;
    followTheme(this.box);
    this.drawTokens();
    this.drawCandidates();
  }

  drawTokens() {
    const focused = [...this.tokens.children].indexOf(this.root.activeElement ?? document.activeElement);
    this.tokens.replaceChildren(
      ...this.data.prefixes.map(({ piece, value, half, change }, i) => {
        const button = document.createElement("button");
        button.type = "button";
        button.role = "radio";
        button.className = "token";
        const add = (name, text) => {
          const part = document.createElement("span");
          part.className = name;
          part.textContent = text;
          button.append(part);
        };
        add("word", piece);
        add("value", value === null ? "…" : figure(value));
        if (i) add("change", value === null || change === null ? "\u00a0" : signed(change));
        if (change !== null && Math.abs(change) > 0.005) {
          button.classList.add(change < 0 ? "loss" : "gain");
          button.style.setProperty("--strength", `${Math.round(10 + 50 * Math.min(Math.abs(change) / this.data.scale, 1))}%`);
        }
        button.title = value === null ? "not worked out yet" : `V = ${figure(value, 3)} ± ${figure(half, 3)}`;
        button.addEventListener("click", () => {
          this.data.chosen = i;
          this.mark();
          this.send("prefix", i);
        });
        return button;
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
      const element = document.createElement("div");
      element.className = `row ${className}`;
      element.role = "row";
      element.append(...parts);
      this.rows.append(element);
    };
    const cell = (className, text) => {
      const element = document.createElement("span");
      element.className = className;
      element.role = "cell";
      element.textContent = text;
      return element;
    };
    row("head", [cell("", "next token a"), cell("number", "π(a|s)"), cell("", ""), cell("number", "q(s, a)")]);
    for (const { piece, p, q, half, chosen } of candidates) {
      row(chosen ? "chosen" : "", [
        cell("word", piece),
        cell("number", figure(p)),
        this.bar(q, low, high),
        cell("number q", q === null ? "…" : half > 0.0005 ? `${figure(q)} ± ${figure(half, 3)}` : figure(q, 3)),
      ]);
    }
  }

  bar(q, low, high) {
    const bar = document.createElement("div");
    bar.className = "bar";
    const at = (value) => (100 * (value - low)) / (high - low || 1);
    const zero = document.createElement("i");
    zero.style.left = `${at(0)}%`;
    if (q !== null) {
      const fill = document.createElement("b");
      fill.className = q < 0 ? "loss" : "gain";
      fill.style.left = `${Math.min(at(q), at(0))}%`;
      fill.style.width = `${Math.abs(at(q) - at(0))}%`;
      bar.append(fill);
    }
    bar.append(zero);
    return bar;
  }
}

function signed(value) {
  return (value < 0 ? "" : "+") + figure(value);
}

const texts = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!texts.has(root)) texts.set(root, new TextValues(root));
  texts.get(root).receive(component);
}
