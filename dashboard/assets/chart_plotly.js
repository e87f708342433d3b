// SPDX-License-Identifier: Apache-2.0
// Plotly: fetched when the first chart of a page needs it, and bound to one element per chart.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  // Zooming is a drag; the wheel and fingers stay with the page. What "responsive" does follows the window alone (fitPlotly).
  const CONFIG = { displayModeBar: false, doubleClick: false, scrollZoom: false, showTips: false };

  /**
   * Returns Plotly, fetched once; a fetch that fails is tried again by the next caller.
   * @param {string} address
   * @returns {Promise<any>}
   */
  kvmgrid.loadPlotly = async function (address) {
    await kvmgrid.loadScript(address);
    return plotlyOfPage();
  };

  function plotlyOfPage() {
    return /** @type {any} */ (window).Plotly;
  }

  /**
   * Returns whether Plotly holds an element.
   * @param {HTMLElement} element
   */
  kvmgrid.isPlotted = function (element) {
    return element.classList.contains("js-plotly-plot");
  };

  /**
   * Fits a figure to the width of its element, where that has changed.
   * @param {HTMLElement} element
   */
  kvmgrid.fitPlotly = function (element) {
    if (!kvmgrid.isPlotted(element) || !element.clientWidth) return;
    const drawn = /** @type {any} */ (element)._fullLayout;
    if (drawn && Math.abs(drawn.width - element.clientWidth) < 1) return;
    // Refused where the chart is hidden meanwhile; it is fitted when it is shown.
    plotlyOfPage().Plots.resize(element).catch(() => {});
  };

  /**
   * Frees what Plotly holds of an element.
   * @param {HTMLElement} element
   */
  kvmgrid.purgePlotly = function (element) {
    if (kvmgrid.isPlotted(element)) plotlyOfPage().purge(element);
  };

  /**
   * Returns whether a click is the second of a double click, by the browser's count. Plotly counts by the moments at which it handles
   * what comes: a busy page loses a second click. What began a drag and the touch of a tap, which the browser presses once more, are
   * first ones. The browser's count stands in the click that Plotly makes of each press that was no drag.
   * @param {MouseEvent} click
   */
  function isSecondClick(click) {
    return !click.isTrusted && click.detail > 0 && click.detail % 2 === 0;
  }

  /**
   * @typedef {object} Gestures what a person does on a chart
   * @property {(start: number, end: number) => void} zoom
   * @property {() => void} zoomBack
   * @property {(seconds: number | null, clientY: number | null) => void} point
   */

  /**
   * Draws a figure into an element, and reports gestures from the first one on.
   * @param {any} plotly
   * @param {HTMLElement} element
   * @param {{data: object[], layout: object}} figure
   * @param {Gestures} gestures
   */
  kvmgrid.drawPlotly = async function (plotly, element, figure, gestures) {
    const isFirst = !kvmgrid.isPlotted(element);
    await plotly.react(element, figure.data, figure.layout, CONFIG);
    const graph = /** @type {any} */ (element);
    // Without "on" it was purged meanwhile.
    if (!isFirst || !graph.on) return;
    graph.on("plotly_relayout", function (/** @type {Record<string, number>} */ change) {
      const start = change["xaxis.range[0]"];
      const end = change["xaxis.range[1]"];
      if (Number.isFinite(start) && Number.isFinite(end) && end > start) gestures.zoom(start, end);
    });
    graph.addEventListener("click", function (/** @type {MouseEvent} */ click) {
      if (isSecondClick(click)) gestures.zoomBack();
    });
    graph.on("plotly_hover", function (/** @type {any} */ hover) {
      if (hover.xvals && hover.xvals.length) gestures.point(hover.xvals[0], hover.event ? hover.event.clientY : null);
    });
    graph.on("plotly_unhover", () => gestures.point(null, null));
  };
})();
