// Where the words of an arrow go, and the numbers of a frame. Pure. Cells are [row, column], places are in cells from the map's
// upper left corner.

/** The middle of the baseline and the size of the label of what leads from cell `from` to `to`; `all` are the cells to which
 *  something leads. A label keeps clear of every arrow and of every other label, and lies inside of a cell: what stays
 *  is named below its ring, or beside an arrow that goes down there.
 *  @param {[number, number]} from @param {[number, number]} to @param {[number, number][]} all */
export function labelPlace([r, c], [row, column], all) {
  if (row === r && column === c) {
    const below = all.some(([other, at]) => other > r && at === c);
    return below ? { x: c + 0.71, y: r + 0.88, size: 0.16 } : { x: c + 0.5, y: r + 0.89, size: 0.19 };
  }
  const fromBelow = row < r && column === c;
  return { x: column + 0.5, y: row + (fromBelow ? 0.33 : 0.82), size: 0.24 };
}

/** What Python has packed: numbers of 32 bits, lowest byte first, nan for none.
 *  @param {string | null} packed in base64 @returns {Float32Array | null} */
export function unpacked(packed) {
  if (packed === null) return null;
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** The number of that place: the five digits that it was before it was packed; null for none.
 *  @param {Float32Array | null} numbers @param {number} i @returns {number | null} */
export function numberAt(numbers, i) {
  return numbers === null || Number.isNaN(numbers[i]) ? null : Number(numbers[i].toPrecision(5));
}

/** The four numbers, of up, right, down and left, of cell `i`; null where there is not one.
 *  @param {Float32Array | null} numbers @param {number} i @returns {(number | null)[] | null} */
export function fourAt(numbers, i) {
  const four = [0, 1, 2, 3].map((k) => numberAt(numbers, 4 * i + k));
  return four.every((number) => number === null) ? null : four;
}

/** How a map of `rows` and `cols` with a margin fills a picture: the side of a cell, and where its corner is.
 *  @param {number} rows @param {number} cols @param {number} margin in cells @param {number} width @param {number} height */
export function fitted(rows, cols, margin, width, height) {
  const side = Math.min(width / (cols + 2 * margin), height / (rows + 2 * margin));
  return { side, left: (width - side * cols) / 2, top: (height - side * rows) / 2 };
}

/** The cells on the straight way from `one` to `other`, both included: a fast pointer tells of few of them.
 *  @param {[number, number]} one @param {[number, number]} other @returns {[number, number][]} */
export function cellsBetween([r, c], [row, column]) {
  const steps = Math.max(Math.abs(row - r), Math.abs(column - c), 1);
  return Array.from({ length: steps + 1 }, (_, i) => [
    Math.round(r + ((row - r) * i) / steps),
    Math.round(c + ((column - c) * i) / steps),
  ]);
}
