// Drawing on a canvas, in page pixels.

import { pagePixel } from "./page_pixel.js";

/** `canvas` cleared, and its pen, which writes in `font` and as large as the style sheet says. It has two dots a pixel at least: a
 *  picture of it that is saved is twice as large, and as sharp.
 *  @param {HTMLCanvasElement} canvas @param {string} font its family @param {string} weight */
export function penOf(canvas, font, weight = "400") {
  const ratio = Math.max(window.devicePixelRatio || 1, 2);
  const pixel = pagePixel();
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(ratio * pixel, 0, 0, ratio * pixel, 0, 0);
  const size = parseFloat(getComputedStyle(canvas).fontSize) / pixel;
  pen.font = `${weight} ${size}px ${font}`;
  return { pen, size, width: canvas.clientWidth / pixel, height: canvas.clientHeight / pixel };
}

/** A rectangle that lets through what is below it.
 *  @param {CanvasRenderingContext2D} pen @param {number} alpha @param {[number, number, number, number]} rectangle */
export function shade(pen, alpha, ...rectangle) {
  pen.globalAlpha = alpha;
  pen.fillRect(...rectangle);
  pen.globalAlpha = 1;
}

/** The path through `points`, to be filled or stroked.
 *  @param {CanvasRenderingContext2D} pen @param {number[][]} points */
export function trace(pen, points) {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
}

/** A line through `points`, dashed as `dash` says.
 *  @param {CanvasRenderingContext2D} pen @param {number[][]} points @param {string} colour @param {number} width
 *  @param {number[]} [dash] */
export function stroke(pen, points, colour, width, dash = []) {
  Object.assign(pen, { strokeStyle: colour, lineWidth: width });
  pen.setLineDash(dash);
  trace(pen, points);
  pen.stroke();
  pen.setLineDash([]);
}

/** A dot, as a path.
 *  @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} radius @param {string} colour */
export function dot(pen, x, y, radius, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}

/** `text` with its middle at `x`, but inside the picture, on a ground that holds it apart from what is below.
 *  @param {CanvasRenderingContext2D} pen @param {string} text @param {number} x @param {number} y its baseline
 *  @param {number} width of the picture @param {Record<string, string>} colours */
export function label(pen, text, x, y, width, colours) {
  const { width: room, fontBoundingBoxAscent: ascent } = pen.measureText(text);
  const left = Math.min(Math.max(x - room / 2, 1), width - room - 1);
  pen.fillStyle = colours.ground;
  shade(pen, 0.75, left - 1, y - ascent, room + 2, ascent + 3);
  pen.fillStyle = colours.ink;
  pen.fillText(text, left, y);
}

/** An upright line from `top` down to `floor`, with its name at the height `y`.
 *  @param {CanvasRenderingContext2D} pen @param {string} name @param {number} x @param {number} y @param {number} top
 *  @param {number} floor @param {number} width of the picture @param {Record<string, string>} colours
 *  @param {{colour?: string, thick?: number, dash?: number[]}} [look] */
export function upright(pen, name, x, y, top, floor, width, colours, { colour = colours.ink, thick = 2, dash = [] } = {}) {
  stroke(pen, [[x, top], [x, floor]], colour, thick, dash);
  const { font } = pen;
  pen.font = `600 ${font}`;
  label(pen, name, x, y, width, colours);
  pen.font = font;
}
