// The pen of a canvas.

/** `canvas` cleared, and its pen in CSS pixels; `font` as CSS writes it. */
export function penOf(canvas, font) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = font;
  return { pen, width, height };
}
