// A curve to draw, with a finger or with the arrow keys.

/** The curve after the hand went from place `from` at height `a` to place `to` at height `b`: every place between is set.
 *  @param {(number | null)[]} curve @param {number} from @param {number} a @param {number} to @param {number} b */
export function drawn(curve, from, a, to, b) {
  const [low, high] = [Math.round(Math.min(from, to)), Math.round(Math.max(from, to))];
  return curve.map((y, i) => {
    if (i < low || i > high) return y;
    const share = from === to ? 1 : Math.min(Math.max((i - from) / (to - from), 0), 1);
    return a + share * (b - a);
  });
}

/** The curve without gaps: straight lines between what was drawn, level before and behind it; null where nothing was.
 *  @param {(number | null)[]} curve @returns {number[] | null} */
export function filled(curve) {
  const known = curve.map((y, i) => ({ i, y })).filter((one) => one.y !== null);
  if (!known.length) return null;
  return curve.map((y, i) => {
    if (y !== null) return y;
    const before = known.filter((one) => one.i < i).pop();
    const after = known.find((one) => one.i > i);
    if (!before || !after) return (before || after).y;
    return before.y + ((i - before.i) / (after.i - before.i)) * (after.y - before.y);
  });
}

const STEPS = 20; // presses of a key from the lowest to the highest
const EDGE = 10; // of the canvas, in its own pixels

/** @param {number} y */
export function figure(y) {
  return String(Number(y.toPrecision(3)));
}

/** The instrument on a canvas of a page. `whenDrawn` is called when there is a curve. */
export class Curve {
  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} live @param {() => void} whenDrawn */
  constructor(canvas, live, whenDrawn) {
    this.canvas = canvas;
    this.live = live;
    this.whenDrawn = whenDrawn;
    this.curve = [];
    this.at = 0; // the place that the keys move
    this.hand = null;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.hand = this.place(event);
      this.stroke(this.hand);
    });
    canvas.addEventListener("pointermove", (event) => this.hand && this.stroke(this.place(event)));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (this.hand = null));
    canvas.addEventListener("keydown", (event) => this.press(event));
    for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => this.draw());
    window.addEventListener("resize", () => this.draw());
  }

  /** @param {any} how @param {number[] | undefined} curve */
  open(how, curve) {
    this.how = how;
    this.at = 0;
    const fits = Array.isArray(curve) && curve.length === how.points;
    this.curve = fits ? curve.slice() : Array(how.points).fill(null);
    this.draw();
  }

  /** The whole curve, or null. */
  get value() {
    const whole = filled(this.curve);
    return whole && whole.map((y) => Math.min(Math.max(Number(y.toPrecision(4)), this.how.low), this.how.high));
  }

  /** @param {PointerEvent} event */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const across = (event.clientX - box.left - EDGE) / (box.width - 2 * EDGE);
    const up = 1 - (event.clientY - box.top - EDGE) / (box.height - 2 * EDGE);
    const { points, low, high } = this.how;
    const inside = (share) => Math.min(Math.max(share, 0), 1);
    return { x: inside(across) * (points - 1), y: low + inside(up) * (high - low) };
  }

  stroke(next) {
    this.curve = drawn(this.curve, this.hand.x, this.hand.y, next.x, next.y);
    this.at = Math.round(next.x);
    this.hand = next;
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const { points, low, high } = this.how;
    const across = { ArrowLeft: -1, ArrowRight: 1, Home: -points, End: points }[event.key];
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (across === undefined && up === undefined) return;
    event.preventDefault();
    const whole = filled(this.curve);
    let y = whole ? whole[this.at] : (low + high) / 2;
    if (across !== undefined) {
      const next = Math.min(Math.max(this.at + across, 0), points - 1);
      this.curve = drawn(this.curve, this.at, y, next, this.curve[next] === null ? y : this.curve[next]);
      this.at = next;
    } else {
      y = Math.min(Math.max(y + (up * (high - low)) / STEPS, low), high);
      this.curve = drawn(this.curve, this.at, y, this.at, y);
    }
    this.changed();
  }

  changed() {
    const whole = this.value;
    const says = `Place ${this.at + 1} of ${this.how.points}: ${figure(whole[this.at])}`;
    this.live.textContent = says;
    this.canvas.setAttribute("aria-valuetext", says);
    this.canvas.setAttribute("aria-valuenow", String(whole[this.at]));
    this.draw();
    this.whenDrawn();
  }

  draw() {
    const box = this.canvas.getBoundingClientRect();
    if (!this.how || !box.width) return;
    const sharp = window.devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [box.width * sharp, box.height * sharp];
    const pen = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    const { points, low, high } = this.how;
    const x = (i) => EDGE + (i / Math.max(points - 1, 1)) * (box.width - 2 * EDGE);
    const y = (value) => EDGE + (1 - (value - low) / (high - low)) * (box.height - 2 * EDGE);
    pen.scale(sharp, sharp);
    pen.strokeStyle = style.color;
    pen.fillStyle = style.color;
    pen.globalAlpha = 0.35;
    pen.beginPath();
    for (const value of [low, (low + high) / 2, high]) {
      pen.moveTo(x(0), y(value));
      pen.lineTo(x(points - 1), y(value));
    }
    pen.stroke();
    pen.globalAlpha = 1;
    pen.lineWidth = 4;
    pen.lineJoin = "round";
    pen.beginPath();
    const set = this.curve.map((value, i) => [value, i]).filter(([value]) => value !== null);
    for (const [value, i] of set) pen.lineTo(x(i), y(value));
    pen.stroke();
    for (const [value, i] of set.length === 1 || document.activeElement === this.canvas ? set : []) {
      if (set.length > 1 && i !== this.at) continue;
      pen.beginPath();
      pen.arc(x(i), y(value), 7, 0, 2 * Math.PI);
      pen.fill();
    }
  }
}
