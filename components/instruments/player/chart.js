// Rewards, discounted rewards and return-to-go, drawn on canvas: both follow the hand on gamma in its frame.

class Chart {
  constructor(canvas, goTo) {
    this.canvas = canvas;
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      goTo(Math.floor(((event.clientX - box.left) / box.width) * this.span));
    });
    this.span = 1;
  }

  /** `reading`: the marked step's number in words. `bars`: numbers by t, filled. `outlines`: the same undiscounted. `ghost`: dashed, from step `since` on. `scale`: the
   *  largest magnitude. `span`: how many steps the clock has. `at`: the step to mark. */
  draw({ bars, outlines, ghost, since, scale, span, at, colours, reading, label }) {
    const { canvas } = this;
    this.span = Math.max(span, 1);
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const negative = [bars, outlines || [], ghost || []].some((values) => values.some((value) => value < 0));
    const positive = [bars, outlines || [], ghost || []].some((values) => values.some((value) => value > 0)) || !negative;
    const room = height - 6;
    const zero = 3 + (positive && negative ? room / 2 : positive ? room : 0);
    const reach = (positive && negative ? room / 2 : room) / (scale || 1);
    const slot = width / this.span;
    const wide = Math.max(Math.min(slot * 0.72, 34), 1);
    pen.fillStyle = colours.mark;
    pen.fillRect(at * slot, 0, Math.max(slot, 2), height);
    const rectangle = (value, t) => [t * slot + (slot - wide) / 2, zero - Math.max(value, 0) * reach, wide, Math.max(Math.abs(value) * reach, value ? 1.5 : 0)];
    bars.forEach((value, t) => {
      pen.fillStyle = value < 0 ? colours.loss : colours.gain;
      pen.fillRect(...rectangle(value, t));
    });
    pen.lineWidth = 1.5;
    pen.strokeStyle = colours.ink;
    (outlines || []).forEach((value, t) => value && pen.strokeRect(...rectangle(value, t)));
    if (ghost) {
      pen.setLineDash([4, 3]);
      pen.strokeStyle = colours.quiet;
      ghost.forEach((value, t) => value && t >= since && pen.strokeRect(...rectangle(value, t)));
      pen.setLineDash([]);
    }
    pen.fillStyle = colours.line;
    pen.fillRect(0, zero - 0.5, width, 1);
    this.write(pen, reading, at * slot, width, height, zero > height / 2 ? 12 : height - 4, colours);
    canvas.setAttribute("aria-label", label);
  }

  /** The number of the marked step, beside its mark. */
  write(pen, reading, x, width, height, y, colours) {
    pen.font = `600 13px ${colours.font}`;
    const room = pen.measureText(reading).width + 8;
    const left = Math.min(Math.max(x, 0), width - room);
    pen.fillStyle = colours.ground;
    pen.globalAlpha = 0.8;
    pen.fillRect(left, y - 12, room, 16);
    pen.globalAlpha = 1;
    pen.fillStyle = colours.ink;
    pen.fillText(reading, left + 4, y);
  }
}

const MOST_TERMS = 3;

/** G_0 written out into `output`, with as many of its terms as there is room for. */
function writeSum(output, world, gamma) {
  const total = discountedReturn(world.rewards, gamma);
  const result = piece("b", total < 0 ? "negative" : "", `= ${figure(total, 3)}`);
  const formula = piece("span", "formula", "");
  output.replaceChildren(formula, result);
  if (world.ghost) output.append(piece("span", "old", `before ${figure(discountedReturn(world.ghost.rewards, gamma), 3)}`));
  let limit = MOST_TERMS;
  do {
    writeTerms(formula, sumTerms(world.rewards, gamma, limit), gamma);
    limit -= 1;
  } while (limit > 0 && formula.scrollWidth > formula.clientWidth);
}

function writeTerms(formula, { terms, hidden }, gamma) {
  formula.replaceChildren("= ");
  terms.forEach(({ t, reward }, i) => {
    const sign = reward < 0 ? (i ? " − " : "−") : i ? " + " : "";
    formula.append(sign, figure(gamma), piece("sup", "", String(t)), `·${amount(Math.abs(reward))}`);
  });
  if (!terms.length) formula.append("no reward at all");
  if (hidden) formula.append(` + … ${hidden} more`);
}
