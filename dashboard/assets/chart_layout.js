// SPDX-License-Identifier: Apache-2.0
// Where the panels of a chart stand, as Plotly's layout. All panels hang on the single axis object xaxis: axes that
// merely match would not share the crosshair (plotly.js 7011). The axis is linear, in seconds since the epoch; its texts
// are ours (chart_axis.js), since Plotly knows no time zones and a tall chart shows them at the edge of the screen.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const HEADER_PIXELS = 40;
  // Clear of the lowest text of the panel above.
  const LEGEND_OFFSET_PIXELS = 5;
  const MOVE_PIXELS = 1.5;
  // For the lower half of the text at zero.
  const BOTTOM_PIXELS = 8;

  /** @typedef {contract.Picture} Picture */
  /**
   * @typedef {object} Band the place of one panel, in pixels from the top of the chart
   * @property {string} key
   * @property {string} axis
   * @property {number} legendTop
   * @property {number} top
   * @property {number} bottom
   */

  /**
   * Returns the places of the panels, from top to bottom.
   * @param {Picture} picture
   * @returns {Band[]}
   */
  kvmgrid.panelBands = function (picture) {
    let edge = picture.marks_pixels;
    return picture.panels.map((panel, index) => {
      const top = edge + HEADER_PIXELS;
      const bottom = top + panel.height_pixels;
      const axis = index === 0 ? "y" : "y" + (index + 1);
      const legendTop = edge + LEGEND_OFFSET_PIXELS;
      edge = bottom;
      return { key: panel.key, axis, legendTop, top, bottom };
    });
  };

  /**
   * Returns the height of all panels; without any that of the marks.
   * @param {Picture} picture
   * @param {Band[]} bands
   */
  kvmgrid.plotPixels = function (picture, bands) {
    return bands.length ? bands[bands.length - 1].bottom : picture.marks_pixels;
  };

  /**
   * Returns Plotly's layout of a chart.
   * @param {Picture} picture
   * @param {Band[]} bands
   * @param {(token: string) => string} colour
   * @param {boolean} isTouch
   * @returns {Record<string, any>}
   */
  kvmgrid.chartLayout = function (picture, bands, colour, isTouch) {
    const plotPixels = kvmgrid.plotPixels(picture, bands);
    const event = { color: colour("purple"), width: 1, dash: "dot" };
    const move = { color: colour("text"), width: MOVE_PIXELS, dash: "solid" };
    const belowMarks = 1 - picture.marks_pixels / plotPixels;
    const anchor = bands.length ? bands[bands.length - 1].axis : "free";
    const { left_pixels: l, right_pixels: r } = picture;
    /** @type {Record<string, any>} */
    const layout = {
      height: plotPixels + BOTTOM_PIXELS,
      margin: { l, r, t: 0, b: BOTTOM_PIXELS, pad: 0, autoexpand: false },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: colour("muted"), size: 11, family: "system-ui, sans-serif" },
      showlegend: false,
      hovermode: "x",
      hoversubplots: "axis",
      hoveranywhere: true,
      // With any other mode Plotly takes the finger that would scroll the page.
      dragmode: isTouch ? false : "zoom",
      xaxis: timeAxis(picture, anchor, colour),
      shapes: [
        ...picture.events_seconds.map((instant) => upright(instant, belowMarks, event)),
        ...picture.moves_seconds.map((instant) => upright(instant, belowMarks, move)),
      ],
    };
    bands.forEach(({ axis, top, bottom }, index) => {
      layout[axis.replace("y", "yaxis")] = {
        domain: [(plotPixels - bottom) / plotPixels, (plotPixels - top) / plotPixels],
        range: [0, picture.panels[index].maximum],
        autorange: false,
        fixedrange: true,
        anchor: "x",
        tickmode: "array",
        tickvals: picture.panels[index].ticks.map((tick) => tick.value),
        ticktext: picture.panels[index].ticks.map((tick) => tick.text),
        gridcolor: colour("grid"),
        zeroline: false,
        showline: false,
        ticks: "",
      };
    });
    return layout;
  };

  /**
   * @param {Picture} picture
   * @param {string} anchor
   * @param {(token: string) => string} colour
   */
  function timeAxis(picture, anchor, colour) {
    return {
      type: "linear",
      anchor,
      range: [picture.start_seconds, picture.end_seconds],
      autorange: false,
      tickmode: "array",
      tickvals: picture.ticks.map((tick) => tick.value),
      showticklabels: false,
      gridcolor: colour("grid"),
      zeroline: false,
      showline: false,
      ticks: "",
    };
  }

  /**
   * @param {number} instant
   * @param {number} top ends below the marks
   * @param {{color: string, width: number, dash: string}} line
   */
  function upright(instant, top, line) {
    return { type: "line", xref: "x", yref: "paper", x0: instant, x1: instant, y0: 0, y1: top, layer: "below", line };
  }
})();
