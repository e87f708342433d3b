// SPDX-License-Identifier: Apache-2.0
// What the lines of a chart are called: an earlier time stands beside each as a line of its own, and where a person chose
// another statistic than the mean, those that have it say so.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const SUFFIX = "_before";
  const GHOST_PIXELS = 1.3;
  /** @type {Record<string, string>} */
  const STATISTICS = { mean: "mean", max: "max", p95: "95th percentile" };

  /**
   * Returns a panel with the lines of the earlier time, if there is one.
   * @param {contract.Panel} panel
   * @param {contract.Picture} picture
   * @returns {contract.Panel}
   */
  kvmgrid.linedPanel = function (panel, picture) {
    if (!picture.before) return panel;
    const ghosts = panel.series
      .filter((series) => series.drawing !== "stack" && !series.is_hidden)
      .map((series, index) => ({
        ...series,
        column: series.column + SUFFIX,
        words: series.words + ", " + picture.before,
        colour: "muted",
        drawing: /** @type {"line"} */ ("line"),
        width_pixels: GHOST_PIXELS,
        dash: index ? /** @type {"dot"} */ ("dot") : /** @type {"dash"} */ ("dash"),
        explanation: "",
      }));
    return { ...panel, series: [...panel.series, ...ghosts] };
  };

  /**
   * Returns the columns of a table, each with that of the earlier time behind it where something is known of that.
   * @param {contract.TableColumn[]} table
   * @param {contract.Picture} picture
   * @param {kvmgrid.Columns} columns
   */
  kvmgrid.linedTable = function (table, picture, columns) {
    return table.flatMap((each) => {
      const ghost = { ...each, column: each.column + SUFFIX, words: each.words + ", " + picture.before };
      return picture.before && columns.has(ghost.column) ? [each, ghost] : [each];
    });
  };

  /**
   * Returns what a line is of the samples in a bucket; samples have no word.
   * @param {contract.Picture} picture
   * @param {string} column
   */
  kvmgrid.statisticOf = function (picture, column) {
    if (!picture.bucket_seconds) return "";
    const name = column.endsWith(SUFFIX) ? column.slice(0, -SUFFIX.length) : column;
    return STATISTICS[picture.lined.includes(name) ? picture.statistic : "mean"];
  };

  /**
   * Returns what the lines of a panel are, and why one is a mean where another statistic was chosen.
   * @param {contract.Picture} picture
   * @param {contract.Series[]} shown
   * @param {boolean} hasBand
   */
  kvmgrid.panelKind = function (picture, shown, hasBand) {
    if (!picture.bucket_seconds) return "";
    const band = hasBand ? ", band min to max" : "";
    const wanted = STATISTICS[picture.statistic] || STATISTICS.mean;
    const have = shown.filter(({ column }) => kvmgrid.statisticOf(picture, column) === wanted);
    if (have.length === shown.length) return wanted + band;
    if (!have.length) return `mean: no ${wanted} is kept` + band;
    const names = have.filter(({ column }) => !column.endsWith(SUFFIX)).map(({ words }) => words);
    return `${wanted} of ${names.join(" and ")}, else mean` + band;
  };
})();
