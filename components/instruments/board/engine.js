// Where the words of an arrow go. Pure. Cells are [row, column], places are in cells from the map's upper left corner.

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
