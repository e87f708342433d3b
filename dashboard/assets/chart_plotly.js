// SPDX-License-Identifier: Apache-2.0
// Plotly: fetched when the first chart of a page needs it, and bound to one element per chart.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  // Zooming is a drag; the wheel and fingers stay with the page.
  const CONFIG = { displayModeBar: false, doubleClick: false, scrollZoom: false, responsive: true, showTips: false };

  /** @type {Promise<any> | null} */
  let library = null;

  /**
   * Returns Plotly, fetched once; a fetch that fails is tried again by the next caller.
   * @param {string} address
   * @returns {Promise<any>}
   */
  kvmgrid.loadPlotly = function (address) {
    library ||= new Promise(function (resolve, reject) {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(/** @type {any} */ (window).Plotly);
      script.onerror = function () {
        library = null;
        script.remove();
        reject(new Error("no answer from " + address));
      };
      document.head.appendChild(script);
    });
    return library;
  };

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
    const isFirst = !element.classList.contains("js-plotly-plot");
    await plotly.react(element, figure.data, figure.layout, CONFIG);
    if (!isFirst) return;
    const graph = /** @type {any} */ (element);
    graph.on("plotly_relayout", function (/** @type {Record<string, number>} */ change) {
      const start = change["xaxis.range[0]"];
      const end = change["xaxis.range[1]"];
      if (Number.isFinite(start) && Number.isFinite(end) && end > start) gestures.zoom(start, end);
    });
    graph.on("plotly_doubleclick", function () {
      gestures.zoomBack();
      return false;
    });
    graph.on("plotly_hover", function (/** @type {any} */ hover) {
      if (hover.xvals && hover.xvals.length) gestures.point(hover.xvals[0], hover.event ? hover.event.clientY : null);
    });
    graph.on("plotly_unhover", () => gestures.point(null, null));
  };
})();
