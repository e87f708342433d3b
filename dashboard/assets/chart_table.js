// SPDX-License-Identifier: Apache-2.0
// The chart as a table, for those who read with a screen reader or want the numbers.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const ROW_COUNT = 120;

  /**
   * Returns the newest rows of the range, newest first, and how many there are in all.
   * @param {contract.TableColumn[]} table
   * @param {{times: Float64Array, columns: Map<string, Float32Array>}} rows
   * @param {contract.Picture} picture
   * @returns {any[]} a tree
   */
  kvmgrid.tableTree = function (table, rows, picture) {
    const first = picture.start_seconds - picture.bucket_seconds;
    /** @type {number[]} */
    const inRange = [];
    rows.times.forEach((seconds, row) => {
      if (seconds >= first && seconds < picture.end_seconds) inRange.push(row);
    });
    const shown = inRange.slice(-ROW_COUNT).reverse();
    // What a picture names is left out where there is none.
    const named = table.filter((column) => column.words || rows.columns.has(column.column));
    const heads = named.map((column) => ["th", { scope: "col", class: "number" }, kvmgrid.columnWords(column, picture)]);
    return [
      "table",
      { class: "table" },
      ["caption", {}, `The newest ${shown.length} of ${inRange.length} rows: ${picture.resolution}`],
      ["thead", {}, ["tr", {}, ["th", { scope: "col" }, "Time"], ...heads]],
      ["tbody", {}, ...shown.map((row) => rowTree(named, rows, row))],
    ];
  };

  /**
   * @param {contract.TableColumn[]} table
   * @param {{times: Float64Array, columns: Map<string, Float32Array>}} rows
   * @param {number} row
   */
  function rowTree(table, rows, row) {
    const time = ["time", { class: "clock", datetime: new Date(rows.times[row] * 1000).toISOString() }, ""];
    const cells = table.map(({ column: name, unit }) => {
      const column = rows.columns.get(name);
      const words = kvmgrid.writeValue(unit, column ? column[row] : NaN);
      return ["td", { class: words === kvmgrid.UNKNOWN_VALUE ? "number missing" : "number" }, words];
    });
    return ["tr", {}, ["th", { scope: "row" }, time], ...cells];
  }
})();
