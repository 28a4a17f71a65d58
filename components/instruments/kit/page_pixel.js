// What the page is laid out in. It grows with the window, because the root's font does (components/shell/frame.css).

const LAID_OUT_AT = 16; // px of the root's font where one page pixel is one CSS pixel

/** How many CSS pixels a page pixel is now: 1 in a window of 1280 by 720, 3 in one of 3840 by 2160. */
export function pagePixel() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / LAID_OUT_AT;
}

/** How much room `element` has inside, in page pixels.
 *  @param {Element} element */
export function roomIn(element) {
  const pixel = pagePixel();
  return { width: element.clientWidth / pixel, height: element.clientHeight / pixel };
}

/** A length of `n` page pixels, as CSS has it.
 *  @param {number} n */
export function pagePixels(n) {
  return `${n / LAID_OUT_AT}rem`;
}
