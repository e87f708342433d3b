// SPDX-License-Identifier: Apache-2.0
// Saves a chart as a file, made in the browser of what it holds.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  // Points of the picture per pixel of the page.
  const SCALE = 2;

  // What the page is about, as its title says it.
  function subject() {
    return document.title.replace(/ · kvmgrid$/, "");
  }

  /**
   * @param {string} address
   * @param {string} name
   */
  function save(address, name) {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  /**
   * Saves the rows of a drawing; returns whether there are any.
   * @param {any} drawing
   */
  kvmgrid.saveChartRows = function ({ picture, rows, options }) {
    if (!picture) return false;
    const text = kvmgrid.chartCsv(options.panels, options.table, rows, picture);
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    save(address, kvmgrid.chartFileName(subject(), picture, "csv"));
    URL.revokeObjectURL(address);
    return true;
  };

  /**
   * Returns what a picture says of each panel.
   * @param {any} drawing
   * @param {(token: string) => string} colour
   */
  function legendsOf(drawing, colour) {
    const { picture, drawn, bands, hidden } = drawing;
    return bands.map(function (/** @type {kvmgrid.Band} */ { key }, /** @type {number} */ index) {
      /** @type {contract.Panel} */
      const panel = drawing.panel(key);
      const shown = panel.series.filter(({ column }) => drawn.columns.has(column) && !hidden.has(column));
      const part = picture.panels[index].subject;
      return {
        words: part ? panel.title + " · " + part : panel.title,
        kind: drawing.kind(panel),
        entries: shown.map((series) => ({ words: kvmgrid.columnWords(series, picture), colour: colour(series.colour) })),
      };
    });
  }

  /**
   * Saves what a drawing shows, with what it is and when; returns whether that worked.
   * @param {any} drawing
   * @param {(token: string) => string} colour
   */
  kvmgrid.saveChartPicture = async function (drawing, colour) {
    const { picture, bands, options } = drawing;
    const figure = drawing.figure();
    if (!figure) return false;
    const instants = [picture.start_seconds, picture.end_seconds].map((seconds) => kvmgrid.clock(seconds * 1000));
    const title = [subject(), instants.join(" to "), kvmgrid.zone(), picture.resolution].join(" · ");
    const about = { title, picture, legends: legendsOf(drawing, colour), bands, colour };
    try {
      const plotly = await kvmgrid.loadPlotly(options.library);
      const { data, layout } = kvmgrid.chartPicture(figure, about);
      const width = drawing.place(".chart__graph").clientWidth;
      const address = await plotly.toImage({ data, layout }, { format: "png", width, height: layout.height, scale: SCALE });
      save(address, kvmgrid.chartFileName(subject(), picture, "png"));
      return true;
    } catch {
      return false;
    }
  };
})();
