// A photograph of an instrument: an SVG that holds all of it, styles and canvases too, at twice its size on the screen.
// It is made of a serialised copy, so that a stranger's text is the same text in it, and nothing in it can run.

const SCALE = 2;
const SVG = "http://www.w3.org/2000/svg";
const INHERITED = ["font-family", "font-size", "line-height", "color", "direction"];
const LEFT_OUT = "script, iframe, object, embed, link, .live";
const STILL = "*, *::before, *::after { animation: none !important; transition: none !important; }";

/** What XML cannot hold: control characters, and halves of characters, which a model's text may have. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The text of an SVG that shows `box` as it is now, in the window's own fonts; `scale` times as large as on the screen.
 *  @param {ShadowRoot} root whose styles dress the box @param {HTMLElement} box */
export function svgOf(root, box, scale = SCALE) {
  const { width, height } = box.getBoundingClientRect();
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const css = styles(root);
  const seen = getComputedStyle(box);
  const page = document.createElement("div");
  for (const name of new Set(css.match(/--st-[\w-]+/g))) page.style.setProperty(name, seen.getPropertyValue(name).trim());
  for (const name of INHERITED) page.style.setProperty(name, seen.getPropertyValue(name));
  page.style.containerType = getComputedStyle(root.host).containerType; // rules may ask for its width
  page.style.width = `${w}px`; // whole pixels, filled to their edge; the box keeps its own width
  page.style.background = seen.getPropertyValue("--st-background-color").trim() || "#ffffff";
  page.style.minHeight = `${h}px`;
  const sheet = document.createElement("style");
  sheet.textContent = `${css}\n${STILL}`;
  const copy = copyOf(box);
  copy.style.width = `${width}px`;
  page.append(sheet, copy);

  const svg = document.createElementNS(SVG, "svg");
  svg.style.fontSize = getComputedStyle(document.documentElement).fontSize; // one rem
  const room = document.createElementNS(SVG, "foreignObject");
  for (const [name, value] of Object.entries({ width: w * scale, height: h * scale, viewBox: `0 0 ${w} ${h}` })) svg.setAttribute(name, String(value));
  room.setAttribute("width", String(w));
  room.setAttribute("height", String(h));
  room.append(page);
  svg.append(room);
  return new XMLSerializer().serializeToString(svg).replace(UNWRITABLE, "\uFFFD");
}

/** The text of another's SVG, as large in a file as `svgOf` would make what has `width` and `height` on the screen.
 *  @param {string} text @param {number} width @param {number} height */
export function enlarged(text, width, height, scale = SCALE) {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const [w, h] = ["width", "height"].map((name) => parseFloat(/** @type {string} */ (svg.getAttribute(name))));
  if (!svg.hasAttribute("viewBox")) svg.setAttribute("viewBox", `0 0 ${w} ${h}`);
  svg.setAttribute("preserveAspectRatio", "none"); // to the edge of the last pixel
  svg.setAttribute("width", String(Math.ceil(width) * scale));
  svg.setAttribute("height", String(Math.ceil(height) * scale));
  return new XMLSerializer().serializeToString(svg);
}

/** The picture of an SVG's text, as PNG. Its address is its text: what came from a file would lock the canvas.
 *  @param {string} svg @returns {Promise<Blob>} */
export async function pngOf(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  await pause(0); // what is embedded in it is decoded in a turn of its own
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(image, 0, 0);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture came of it")))));
}

/** The rules that dress `root` in this window: a picture has another width, and must not choose others. They are taken as they
 *  were written: what a browser makes of them has lost each shorthand with a variable that a longer name follows.
 *  @param {ShadowRoot} root */
function styles(root) {
  const written = [...root.querySelectorAll("style")].map((style) => style.textContent).join("\n");
  return written
    .replace(/@(import)[^;]*;/g, "")
    .replace(/(?<=@media)[^{]+/g, (query) => (window.matchMedia(query.trim()).matches ? " all " : " not all "));
}

/** A copy of `box` that shows what its elements show, which is more than their attributes say.
 *  @param {HTMLElement} box */
function copyOf(box) {
  const copy = /** @type {HTMLElement} */ (box.cloneNode(true));
  const copies = [...copy.querySelectorAll("*")];
  [...box.querySelectorAll("*")].forEach((original, i) => show(original, /** @type {any} */ (copies[i])));
  for (const element of [copy, ...copies]) {
    for (const { name, value } of [...element.attributes]) {
      if (name.startsWith("on") || /^\s*javascript:/i.test(value)) element.removeAttribute(name);
    }
    if (element.matches(LEFT_OUT)) element.remove();
    else if (element.matches("[hidden]")) element.replaceChildren(); // rules may ask for what is not shown, too
  }
  copy.style.margin = "0";
  return copy;
}

/** @param {Element} original @param {any} copy */
function show(original, copy) {
  if (original instanceof HTMLCanvasElement) draw(original, copy);
  else if (original instanceof HTMLInputElement) {
    copy.setAttribute("value", original.value);
    copy.toggleAttribute("checked", original.checked);
  } else if (original instanceof HTMLTextAreaElement) copy.textContent = original.value;
  else if (original instanceof HTMLOptionElement) copy.toggleAttribute("selected", original.selected);
  if (original.scrollTop || original.scrollLeft) scroll(original, copy);
}

/** A copy of a canvas is empty: what was drawn is put behind it, so that the same rules give it its place and its size.
 *  @param {HTMLCanvasElement} original @param {HTMLCanvasElement} copy */
function draw(original, copy) {
  if (original.width && original.height) copy.style.background = `url("${original.toDataURL()}") 0 0 / 100% 100% no-repeat`;
}

/** A copy begins at its top: what it holds is moved instead.
 *  @param {Element} original @param {HTMLElement} copy */
function scroll(original, copy) {
  copy.style.overflow = "hidden";
  for (const child of /** @type {Iterable<HTMLElement>} */ (/** @type {unknown} */ (copy.children))) {
    Object.assign(child.style, { position: "relative", top: `${-original.scrollTop}px`, left: `${-original.scrollLeft}px` });
  }
}
