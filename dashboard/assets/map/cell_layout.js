// SPDX-License-Identifier: Apache-2.0
// Where the cells of a map lie: in rows from left to right, below the titles of their groups. Pure.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const EDGE = 32;
  const GAP = 4;
  const TITLE_HEIGHT = 26;

  /**
   * @param {contract.CellMap} cells
   * @param {number} width in pixels
   * @returns {kvmgrid.CellLayout}
   */
  function layoutCells(cells, width) {
    const edges = cells.edges || [];
    const count = cells.keys.length;
    /** @type {kvmgrid.CellBox[]} */
    const boxes = [];
    /** @type {{ title: string, y: number }[]} */
    const titles = [];
    let y = 0;
    /** @param {number} first @param {number} end */
    function rows(first, end) {
      let x = 0;
      let height = 0;
      for (let place = first; place < end; place += 1) {
        const edge = edges.length ? edges[place] : EDGE;
        if (x > 0 && x + edge > width) {
          y += height + GAP;
          [x, height] = [0, 0];
        }
        boxes.push({ x, y, edge });
        x += edge + GAP;
        height = Math.max(height, edge);
      }
      y += height + GAP;
    }
    let first = 0;
    for (const { title, count: size } of cells.groups || []) {
      titles.push({ title: title + " (" + size + ")", y });
      y += TITLE_HEIGHT;
      rows(first, first + size);
      first += size;
    }
    if (first < count) rows(first, count);
    return { boxes, titles, height: y };
  }

  /**
   * Returns the place of the cell at a point, -1 where there is none.
   * @param {kvmgrid.CellLayout} layout
   * @param {number} x
   * @param {number} y
   */
  function cellAt(layout, x, y) {
    return layout.boxes.findIndex((box) => x >= box.x && x < box.x + box.edge && y >= box.y && y < box.y + box.edge);
  }

  /**
   * Returns the place that a key leads to from another one: the next cell, or the nearest one of the next row.
   * @param {kvmgrid.CellLayout} layout
   * @param {number} place
   * @param {string} key
   */
  function cellBy(layout, place, key) {
    const last = layout.boxes.length - 1;
    if (key === "ArrowRight") return Math.min(last, place + 1);
    if (key === "ArrowLeft") return Math.max(0, place - 1);
    if (key === "Home") return 0;
    if (key === "End") return last;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!step) return null;
    const from = layout.boxes[place];
    const middle = from.x + from.edge / 2;
    let found = place;
    let row = from.y;
    let distance = Infinity;
    for (let other = place + step; other >= 0 && other <= last; other += step) {
      const box = layout.boxes[other];
      if (box.y === from.y) continue;
      if (row === from.y) row = box.y;
      if (box.y !== row) break;
      const apart = Math.abs(box.x + box.edge / 2 - middle);
      if (apart < distance) [found, distance] = [other, apart];
    }
    return found;
  }

  kvmgrid.layoutCells = layoutCells;
  kvmgrid.cellAt = cellAt;
  kvmgrid.cellBy = cellBy;
})();
