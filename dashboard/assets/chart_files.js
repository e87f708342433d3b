// SPDX-License-Identifier: Apache-2.0
// What is in the files of a chart: its rows as CSV, and the figure of a picture that says what it shows.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** @typedef {contract.Picture} Picture */
  /** @typedef {{times: Float64Array, columns: Map<string, Float32Array>}} Rows */

  // Rows have single precision, and these digits of it.
  const DIGITS = 7;
  // Spreadsheets take the file for their own letters without it.
  const MARK = "\ufeff";
  /** What the numbers of a unit are as they are stored. @type {Record<string, string>} */
  const STORED = {
    ratio: "share of 1",
    cores: "cores",
    bytes: "B",
    bytes_per_second: "B/s",
    bits_per_second: "B/s",
    per_second: "1/s",
    seconds: "s",
    celsius: "°C",
  };

  /**
   * Returns the columns of a file, each once: those of the panels, least and greatest behind their mean, then those of the table.
   * @param {contract.Panel[]} panels
   * @param {contract.TableColumn[]} table
   * @param {Picture} picture
   */
  function fileColumns(panels, table, picture) {
    const kind = (/** @type {string} */ column) => {
      const statistic = kvmgrid.statisticOf(picture, column);
      return statistic && ", " + statistic;
    };
    const drawn = panels.flatMap(({ title, unit, series }) =>
      series.flatMap((each) => {
        const { column } = each;
        const words = title + ": " + kvmgrid.columnWords(each, picture);
        return [
          { column, words: words + kind(column), unit },
          { column: column + "_min", words: words + ", min", unit },
          { column: column + "_max", words: words + ", max", unit },
        ];
      })
    );
    // What a picture names is named with its panel.
    const named = table.filter(({ words }) => words);
    const told = named.map(({ column, words, unit }) => ({ column, words: words + kind(column), unit }));
    return Array.from(new Map([...told, ...drawn].map((each) => [each.column, each])).values());
  }

  /** @param {string} text */
  function cell(text) {
    const safe = kvmgrid.fileText(text);
    return /[",\r\n]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }

  /** @param {number} value */
  function number(value) {
    return Number.isFinite(value) ? String(Number(value.toPrecision(DIGITS))) : "";
  }

  /**
   * Returns the rows of a range as CSV: instants in UTC, numbers as they are stored, nothing where nothing is known.
   * @param {contract.Panel[]} panels
   * @param {contract.TableColumn[]} table
   * @param {Rows} rows
   * @param {Picture} picture
   */
  kvmgrid.chartCsv = function (panels, table, rows, picture) {
    const lined = panels.map((panel) => kvmgrid.linedPanel(panel, picture));
    const told = kvmgrid.linedTable(table, picture, rows.columns);
    const known = fileColumns(lined, told, picture).filter(({ column }) => rows.columns.has(column));
    const time = picture.bucket_seconds ? `Time (UTC, begin of ${picture.bucket_seconds} s)` : "Time (UTC)";
    const lines = [[time, ...known.map(({ words, unit }) => `${words} [${STORED[unit]}]`)].map(cell).join(",")];
    const first = picture.start_seconds - picture.bucket_seconds;
    rows.times.forEach(function (seconds, row) {
      if (seconds < first || seconds >= picture.end_seconds) return;
      const values = known.map(({ column }) => number(/** @type {Float32Array} */ (rows.columns.get(column))[row]));
      lines.push([new Date(seconds * 1000).toISOString(), ...values].join(","));
    });
    return MARK + lines.join("\r\n") + "\r\n";
  };

  /**
   * Returns the name of a file: the object, which may be called anything, and the range.
   * @param {string} subject
   * @param {Picture} picture
   * @param {string} ending
   */
  kvmgrid.chartFileName = function (subject, picture, ending) {
    const safe = subject.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|-+$/g, "").slice(0, 64) || "chart";
    const stamp = (/** @type {number} */ seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "") + "Z";
    return `kvmgrid-${safe}-${stamp(picture.start_seconds)}-${stamp(picture.end_seconds)}.${ending}`;
  };

  // ---- the picture -------------------------------------------------------------------------------------

  const TITLE_PIXELS = 34;
  const AXIS_PIXELS = 38;
  const LEGEND_MIDDLE_PIXELS = 13;

  // Plotly reads some HTML in texts, and VMs are called anything.
  /** @param {string} text */
  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  /**
   * @param {string} text
   * @param {number} y from the lower edge of the panels, 0 to 1
   * @param {number} left pixels to the left edge of the picture
   */
  function line(text, y, left) {
    const place = { xref: "paper", yref: "paper", x: 0, xanchor: "left", xshift: 10 - left, y, yanchor: "middle" };
    return { ...place, align: "left", showarrow: false, text };
  }

  /**
   * Returns a figure for Plotly with what stands around the curves on the page: title, legends, the texts of the time axis.
   * @param {{data: object[], layout: Record<string, any>}} figure
   * @param {{title: string, picture: Picture, legends: any[], bands: kvmgrid.Band[], colour: (token: string) => string}} about
   */
  kvmgrid.chartPicture = function (figure, { title, picture, legends, bands, colour }) {
    const { layout } = figure;
    const plotPixels = kvmgrid.plotPixels(picture, bands);
    const left = picture.left_pixels;
    const text = colour("text");
    const annotations = legends.map(({ words, kind, entries }, index) => {
      const inked = entries.map((/** @type {any} */ entry) => `<span style="color:${entry.colour}">■</span> ${escaped(entry.words)}`);
      const head = `<b>${escaped(words)}</b>` + (kind ? " · " + escaped(kind) : "");
      const y = 1 - (bands[index].legendTop + LEGEND_MIDDLE_PIXELS) / plotPixels;
      return { ...line([head, ...inked].join("&nbsp;&nbsp;&nbsp;"), y, left), font: { color: text, size: 12 } };
    });
    const top = { ...line(escaped(title), 1 + TITLE_PIXELS / 2 / plotPixels, left), font: { color: text, size: 14 } };
    return {
      data: figure.data,
      layout: {
        ...layout,
        height: layout.height + TITLE_PIXELS + AXIS_PIXELS,
        margin: { ...layout.margin, t: TITLE_PIXELS, b: layout.margin.b + AXIS_PIXELS },
        paper_bgcolor: colour("surface"),
        xaxis: { ...layout.xaxis, showticklabels: true, ticktext: picture.ticks.map((tick) => escaped(tick.text).replace("\n", "<br>")) },
        annotations: [top, ...annotations],
      },
    };
  };
})();
