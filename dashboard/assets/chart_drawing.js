// SPDX-License-Identifier: Apache-2.0
// One chart on the screen: rows and picture from updates, drawn into the places of its element. What a person chooses here
// (hidden curves, pointer, table) needs no answer from the server.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** @typedef {contract.ChartUpdate} ChartUpdate */
  /** @typedef {contract.ChartView} ChartView */
  /** @typedef {contract.Panel} Panel */
  /** @typedef {contract.TableColumn} TableColumn */
  /**
   * @typedef {object} ChartOptions
   * @property {Panel[]} panels
   * @property {TableColumn[]} table
   * @property {string} library
   * @property {(view: ChartView) => void} report
   */

  const LEAST_WIDTH_PIXELS = 200;
  const GREATEST_WIDTH_PIXELS = 8000;

  /** @param {string} token a colour of dashboard/theme.py */
  function colour(token) {
    const name = "--" + token.replace(/_/g, "-");
    return window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  class ChartDrawing {
    /**
     * @param {HTMLElement} element with the places .chart__graph, .chart__legends and so on
     * @param {ChartOptions} options
     */
    constructor(element, options) {
      this.element = element;
      this.options = options;
      this.rows = kvmgrid.noRows;
      /** @type {contract.Picture | null} */
      this.picture = null;
      /** @type {ReturnType<typeof kvmgrid.drawnRows> | null} */
      this.drawn = null;
      /** @type {any[]} */
      this.bands = [];
      this.pictureName = "";
      this.number = -1;
      this.reported = "";
      this.hidden = new Set(options.panels.flatMap((panel) => panel.series.filter((each) => each.is_hidden)).map((each) => each.column));
      /** @type {{seconds: number, clientY: number | null} | null} */
      this.pointer = null;
      this.isTable = false;
      this.isDue = false;
      this.isInSight = true;
      this.isClosed = false;
      /** Why there are no curves. */
      this.failure = "";
      this.place(".chart").classList.add("chart--waiting");
    }

    /** Ends with the page: Plotly frees what it holds, and a drawing that waits for it is given up. */
    close() {
      this.isClosed = true;
      kvmgrid.purgePlotly(this.place(".chart__graph"));
    }

    /** @param {string} name */
    place(name) {
      return /** @type {HTMLElement} */ (this.element.querySelector(name));
    }

    /** @returns {ChartView} */
    view() {
      const width = this.place(".chart__graph").clientWidth;
      return {
        series: this.rows.series,
        version: this.rows.version,
        picture: this.pictureName,
        width_pixels: Math.min(GREATEST_WIDTH_PIXELS, Math.max(LEAST_WIDTH_PIXELS, width || 1200)),
      };
    }

    /** Says what is held, where that is news. */
    report() {
      const view = this.view();
      const words = JSON.stringify(view);
      if (words === this.reported) return;
      this.reported = words;
      this.options.report(view);
    }

    /**
     * Takes what the server sent: at first nothing.
     * @param {ChartUpdate | null | undefined} update
     */
    take(update) {
      if (update && update.number > this.number) this.apply(update);
      this.report();
    }

    /** @param {ChartUpdate} update */
    apply(update) {
      this.number = update.number;
      const rows = update.rows ? kvmgrid.updateRows(this.rows, update.rows) : this.rows;
      if (!rows) {
        // It builds on rows that are not here: ask for all of them.
        this.rows = kvmgrid.noRows;
        this.pictureName = "";
        kvmgrid.requestNow();
        return;
      }
      if (rows.series !== this.rows.series) this.pointer = null;
      this.rows = rows;
      this.picture = update.picture || null;
      this.pictureName = update.name;
      this.place(".chart").hidden = !this.picture;
      this.place(".chart").classList.remove("chart--waiting");
      // The table stands outside of what is hidden.
      if (!this.picture) return this.drawTable();
      kvmgrid.shownRange = { start: this.picture.start_seconds, end: this.picture.end_seconds };
      this.drawn = kvmgrid.drawnRows(rows, this.picture);
      this.draw();
    }

    /** Fits the curves to the width that there is, and says it to the server. */
    resize() {
      kvmgrid.fitPlotly(this.place(".chart__graph"));
      this.report();
    }

    /** Draws all but what is out of sight; that waits until it is seen. */
    draw() {
      const { picture, drawn } = this;
      if (!picture || !drawn) return;
      this.isDue = document.hidden || !this.isInSight;
      this.bands = kvmgrid.panelBands(picture);
      const places = this.bands.map((band, index) => ({
        panel: this.panel(band.key),
        subject: picture.panels[index].subject,
        isKnown: picture.panels[index].is_known,
        kind: this.kind(this.panel(band.key)),
        top: band.legendTop,
      }));
      const style = this.place(".chart").style;
      style.setProperty("--plot-left", picture.left_pixels + "px");
      style.setProperty("--plot-right", picture.right_pixels + "px");
      style.setProperty("--plot-height", kvmgrid.plotPixels(picture, this.bands) + "px");
      kvmgrid.morph(this.place(".chart__legends"), kvmgrid.legendTrees(places, drawn.columns, this.hidden, colour, picture));
      kvmgrid.morph(this.place(".time-axis"), kvmgrid.timeAxisTrees(picture));
      kvmgrid.morph(this.place(".chart__marks"), [picture.marks]);
      this.drawNothing();
      this.drawTable();
      this.readOut();
      if (!this.isDue) this.drawCurves();
    }

    /**
     * Returns what the curves of a panel are: samples have no word.
     * @param {Panel} panel
     */
    kind(panel) {
      const { picture, drawn } = this;
      if (!picture || !drawn) return "";
      const shown = panel.series.filter(({ column }) => drawn.columns.has(column) && !this.hidden.has(column));
      return kvmgrid.panelKind(picture, shown, shown.some(({ column }) => drawn.columns.has(column + "_max")));
    }

    /**
     * Returns a panel with all the lines that the picture has in it.
     * @param {string} key
     */
    panel(key) {
      const panel = /** @type {Panel} */ (this.options.panels.find((each) => each.key === key));
      return this.picture ? kvmgrid.linedPanel(panel, this.picture) : panel;
    }

    /** Says why there are no curves, or no samples. */
    drawNothing() {
      const { picture, failure } = this;
      const place = this.place(".chart__nothing");
      const words = "The curves are not drawn: " + failure + ". This is tried again.";
      if (failure) kvmgrid.morph(place, [["div", { class: "nothing", role: "alert" }, ["strong", {}, words]]]);
      else kvmgrid.morph(place, picture ? [picture.nothing] : []);
      kvmgrid.writeTimes(place);
    }

    async drawCurves() {
      let failure = "";
      try {
        await this.plot();
      } catch (error) {
        failure = /** @type {Error} */ (error).message;
      }
      if (this.isClosed) return kvmgrid.purgePlotly(this.place(".chart__graph"));
      if (failure) {
        // What is not on the screen is not held: the next answer brings the picture again.
        this.pictureName = "";
        this.report();
      }
      if (failure === this.failure) return;
      this.failure = failure;
      this.drawNothing();
    }

    /** Returns what Plotly draws. */
    figure() {
      const { picture, drawn } = this;
      if (!picture || !drawn) return null;
      const range = [picture.start_seconds, picture.end_seconds];
      const data = this.bands.flatMap(({ key, axis }, index) => {
        const ink = { axis, colour, hidden: this.hidden };
        return [
          kvmgrid.frameTrace(range, axis),
          ...kvmgrid.gapTraces(picture.gaps, picture.panels[index].maximum, ink),
          ...kvmgrid.panelTraces(this.panel(key), drawn, ink),
        ];
      });
      return { data, layout: kvmgrid.chartLayout(picture, this.bands, colour, kvmgrid.isTouch()) };
    }

    async plot() {
      const plotly = await kvmgrid.loadPlotly(this.options.library);
      const figure = this.isClosed ? null : this.figure();
      if (!figure) return;
      await kvmgrid.drawPlotly(plotly, this.place(".chart__graph"), figure, {
        zoom: (/** @type {number} */ start, /** @type {number} */ end) => this.zoom(start, end),
        zoomBack: () => kvmgrid.zoomBack(),
        point: (/** @type {number | null} */ seconds, /** @type {number | null} */ clientY) => this.point(seconds, clientY),
      });
    }

    /** Saves its rows; returns whether there are any. */
    saveRows() {
      return kvmgrid.saveChartRows(this);
    }

    /** Saves what it shows; returns whether that worked. */
    savePicture() {
      return kvmgrid.saveChartPicture(this, colour);
    }

    /**
     * What is on the screen is none of the server's any more, also if the person goes back at once.
     * @param {number} start
     * @param {number} end
     */
    zoom(start, end) {
      this.pictureName = "";
      this.report();
      kvmgrid.zoomTo(start, end);
    }

    /**
     * Moves the pointer of all panels to an instant.
     * @param {number | null} seconds
     * @param {number | null} clientY
     */
    point(seconds, clientY) {
      this.pointer = seconds === null ? null : { seconds, clientY };
      this.readOut();
    }

    readOut() {
      const { picture, drawn } = this;
      if (!picture || !drawn) return;
      const { start_seconds: start, end_seconds: end } = picture;
      // A live range moves on under an event that was pointed at.
      if (this.pointer && !(this.pointer.seconds >= start && this.pointer.seconds <= end)) this.pointer = null;
      const row = this.pointer ? kvmgrid.nearestRow(drawn.times, this.pointer.seconds) : kvmgrid.newestRow(drawn);
      kvmgrid.writeLegendValues(this.place(".chart__legends"), drawn.columns, this.hidden, row);
      const seconds = this.pointer && row >= 0 ? drawn.times[row] : null;
      kvmgrid.drawCrosshair(this.place(".crosshair"), picture, seconds, this.pointedTop());
    }

    /** Returns the top of the panel that the pointer is in, that of the first where it is in none. */
    pointedTop() {
      const clientY = this.pointer ? this.pointer.clientY : null;
      const y = clientY === null ? 0 : clientY - this.place(".chart").getBoundingClientRect().top;
      const below = this.bands.filter((band) => band.legendTop <= y);
      const band = below.length ? below[below.length - 1] : this.bands[0];
      return band ? band.top : 0;
    }

    drawTable() {
      const place = this.place(".chart__table");
      const { picture } = this;
      const table = picture && this.isTable ? kvmgrid.linedTable(this.options.table, picture, this.rows.columns) : [];
      kvmgrid.morph(place, this.isTable && picture ? [kvmgrid.tableTree(table, this.rows, picture)] : []);
      kvmgrid.writeTimes(place);
    }

    /** Shows or hides the table; returns whether it is shown. */
    switchTable() {
      this.isTable = !this.isTable;
      this.drawTable();
      return this.isTable;
    }

    /** @param {string} column */
    switchSeries(column) {
      if (!this.hidden.delete(column)) this.hidden.add(column);
      this.draw();
    }

    /** @param {boolean} isInSight */
    setInSight(isInSight) {
      this.isInSight = isInSight;
      if (isInSight && this.isDue) this.draw();
    }
  }

  kvmgrid.ChartDrawing = ChartDrawing;
})();
