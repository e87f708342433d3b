// SPDX-License-Identifier: Apache-2.0
// The legend of each panel: what its curves are called, and their newest values or those under the pointer.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** @typedef {contract.Panel} Panel */
  /** @typedef {contract.Series} Series */
  /** @typedef {Map<string, Float32Array>} Columns */

  /**
   * Returns the trees of the legends. A series of which nothing is known has no entry.
   * @param {{panel: Panel, subject: string, isKnown: boolean, kind: string, top: number}[]} places
   * @param {Columns} columns
   * @param {Set<string>} hidden
   * @param {(token: string) => string} colour
   * @param {contract.Picture} picture
   * @returns {any[]}
   */
  kvmgrid.legendTrees = function (places, columns, hidden, colour, picture) {
    const entryOf = (/** @type {Panel} */ panel) => (/** @type {Series} */ series) =>
      entry({ ...series, words: kvmgrid.columnWords(series, picture) }, panel.unit, hidden.has(series.column), colour(series.colour));
    return places.map(({ panel, subject, isKnown, kind, top }) => [
      "div",
      { class: "legend", style: "--top:" + top + "px" },
      ["span", { class: "legend__title" }, subject ? panel.title + " · " + subject : panel.title],
      ...(kind && isKnown ? [["span", { class: "legend__kind" }, kind]] : []),
      ...panel.series.filter((series) => columns.has(series.column)).map(entryOf(panel)),
      ...(isKnown ? [] : [["span", { class: "legend__missing" }, "n/a in this range"]]),
    ]);
  };

  /**
   * @param {Series} series
   * @param {string} unit
   * @param {boolean} isHidden
   * @param {string} colour
   */
  function entry(series, unit, isHidden, colour) {
    const look = series.drawing === "stack" ? "area" : series.dash;
    const width = series.width_pixels > 2 ? "thick" : "thin";
    return [
      "button",
      {
        type: "button",
        class: "legend__entry" + (isHidden ? " legend__entry--hidden" : ""),
        "aria-pressed": String(!isHidden),
        "data-column": series.column,
        "data-unit": unit,
        title: series.words + (series.explanation ? ": " + series.explanation : ""),
      },
      ["span", { class: "swatch swatch--" + look, style: "--ink:" + colour, "data-width": width }],
      ["span", { class: "legend__words" }, series.words],
      ["span", { class: "legend__value" }, ""],
    ];
  }

  /**
   * Writes the values of one row into the legends; no row leaves them empty.
   * @param {Element} place
   * @param {Columns} columns
   * @param {Set<string>} hidden
   * @param {number} row
   */
  kvmgrid.writeLegendValues = function (place, columns, hidden, row) {
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll(".legend__entry"))) {
      const { column: name = "", unit = "" } = button.dataset;
      const column = hidden.has(name) ? undefined : columns.get(name);
      const words = column && row >= 0 ? kvmgrid.writeValue(unit, column[row]) : "";
      const value = /** @type {Element} */ (button.querySelector(".legend__value"));
      if (value.textContent !== words) value.textContent = words;
    }
  };
})();
