// SPDX-License-Identifier: Apache-2.0
// How a cell of a map looks: a bar as high as its level, a rim by its state, the number. Four looks never mix: without a
// figure it is hatched, at zero it is empty with its number, silent it is grey with a broken rim, catching up it has dots.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  // As CELL_STATES of dashboard/parts/contract.py.
  const STATES = ["good", "strained", "bad", "unknown", "stale", "catching up"];
  const STALE = STATES.indexOf("stale");
  const CATCHING_UP = STATES.indexOf("catching up");
  const NUMBER_EDGE = 24;
  const TOKENS = [
    "surface", "raised", "text", "muted", "gap", "accent", "unknown", "unknown-tint", "good", "good-tint", "strained",
    "strained-tint", "bad", "bad-tint",
  ];

  /** @param {Element} element */
  function palette(element) {
    const style = window.getComputedStyle(element);
    return Object.fromEntries(TOKENS.map((token) => [token, style.getPropertyValue("--" + token).trim()]));
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {kvmgrid.CellBox} box
   * @param {string} ink
   */
  function hatch(context, box, ink) {
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.edge, box.edge);
    context.clip();
    context.strokeStyle = ink;
    context.lineWidth = 1.5;
    context.beginPath();
    for (let at = -box.edge; at < box.edge; at += 6) {
      context.moveTo(box.x + at, box.y + box.edge);
      context.lineTo(box.x + at + box.edge, box.y);
    }
    context.stroke();
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {kvmgrid.CellBox} box
   * @param {{ level: number, state: number, maximum: number }} cell
   * @param {Record<string, string>} colours
   */
  function drawCell(context, box, { level: known, state, maximum }, colours) {
    const kind = state === CATCHING_UP || state === STALE ? "unknown" : STATES[state];
    const isStale = state === STALE;
    context.fillStyle = isStale ? colours.raised : colours.surface;
    context.fillRect(box.x, box.y, box.edge, box.edge);
    const level = state === CATCHING_UP ? -1 : known;
    if (known < 0) hatch(context, box, colours.gap);
    if (level > 0 || (level === 0 && maximum === 0)) {
      const height = maximum ? Math.round(box.edge * Math.min(1, level / maximum)) : box.edge;
      context.fillStyle = colours[kind + "-tint"];
      context.fillRect(box.x, box.y + box.edge - height, box.edge, height);
    }
    const width = kind === "bad" ? 3 : 1.5;
    context.lineWidth = width;
    context.strokeStyle = state === CATCHING_UP ? colours.accent : colours[kind];
    context.setLineDash(isStale ? [4, 3] : state === CATCHING_UP ? [1.5, 3] : []);
    context.strokeRect(box.x + width / 2, box.y + width / 2, box.edge - width, box.edge - width);
    if (level < 0 || box.edge < NUMBER_EDGE) return;
    context.fillStyle = isStale ? colours.muted : colours.text;
    context.fillText(String(level), box.x + box.edge / 2, box.y + box.edge / 2 + 0.5);
  }

  kvmgrid.cellStates = STATES;
  kvmgrid.cellPalette = palette;
  kvmgrid.drawCell = drawCell;
})();
