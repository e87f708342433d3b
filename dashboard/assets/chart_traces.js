// SPDX-License-Identifier: Apache-2.0
// The curves, areas, bands and gaps of one panel, as Plotly's traces. What is not known is NaN: Plotly breaks a line there.
// A filled line would run across the break, so areas are closed outlines, one for each stretch between gaps.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** @typedef {Float32Array | Float64Array} Numbers */
  /** @typedef {contract.Series} Series */
  /**
   * @typedef {object} Ink where and in what look a panel is drawn
   * @property {string} axis
   * @property {(token: string) => string} colour
   * @property {Set<string>} hidden
   */

  const STACK_OPACITY = 0.55;
  const BAND_OPACITY = 0.22;
  const AREA_OPACITY = 0.16;
  const GAP_OPACITY = 0.1;
  const EDGE_PIXELS = 1.2;
  // The fills of a stack are pale and close to each other: each edge stands on a line of the ground.
  const SEPARATOR_PIXELS = 3;
  const LONELY_PIXELS = 4;

  /**
   * Returns the closed outlines between two curves, one for each stretch without NaN, NaN between them.
   * @param {Numbers} times
   * @param {Numbers} lower
   * @param {Numbers} upper
   */
  kvmgrid.outline = function (times, lower, upper) {
    const isKnown = (/** @type {number} */ at) => Number.isFinite(lower[at]) && Number.isFinite(upper[at]);
    /** @type {number[]} */
    const xs = [];
    /** @type {number[]} */
    const ys = [];
    for (let begin = 0; begin < times.length; begin += 1) {
      if (!isKnown(begin)) continue;
      let end = begin;
      while (end < times.length && isKnown(end)) end += 1;
      if (xs.length) {
        xs.push(NaN);
        ys.push(NaN);
      }
      for (let at = begin; at < end; at += 1) {
        xs.push(times[at]);
        ys.push(upper[at]);
      }
      for (let at = end - 1; at >= begin; at -= 1) {
        xs.push(times[at]);
        ys.push(lower[at]);
      }
      begin = end;
    }
    return { x: xs, y: ys };
  };

  /**
   * Returns the traces of the series that are shown and known, from back to front.
   * @param {contract.Panel} panel
   * @param {{times: Float64Array, columns: Map<string, Float32Array>}} rows
   * @param {Ink} ink
   */
  kvmgrid.panelTraces = function (panel, rows, ink) {
    const { times, columns } = rows;
    const traces = [];
    /** @type {object[]} */
    let edges = [];
    // Stacks are added up in single precision, as their parts are.
    let ground = groundOf(panel, rows);
    for (const series of panel.series) {
      const values = columns.get(series.column);
      if (!values || ink.hidden.has(series.column)) continue;
      const colour = ink.colour(series.colour);
      if (series.drawing === "stack") {
        const floor = ground;
        const ceiling = ground.map((height, at) => height + (values[at] || 0));
        traces.push(area(kvmgrid.outline(times, floor, ceiling), translucent(colour, STACK_OPACITY), ink));
        edges.push(curve(times, ceiling, series, ink));
        ground = ceiling;
        continue;
      }
      // The stack comes first, and all of it lies below what follows.
      traces.push(...separated(edges, ink));
      edges = [];
      const lower = columns.get(series.column + "_min");
      const upper = columns.get(series.column + "_max");
      if (lower && upper) traces.push(area(kvmgrid.outline(times, lower, upper), translucent(colour, BAND_OPACITY), ink));
      if (series.drawing === "area") {
        const shape = kvmgrid.outline(times, zeros(values), values);
        traces.push(area(shape, translucent(colour, AREA_OPACITY), ink));
      }
      traces.push(curve(times, values, series, ink));
    }
    return traces.concat(separated(edges, ink));
  };

  /**
   * Returns zero where a stack is known: where its ground is, without a ground where any of its series is.
   * @param {contract.Panel} panel
   * @param {{times: Float64Array, columns: Map<string, Float32Array>}} rows
   */
  function groundOf(panel, { times, columns }) {
    const ground = panel.ground_column ? columns.get(panel.ground_column) : undefined;
    if (ground) return zeros(ground);
    const stacked = panel.series.filter((series) => series.drawing === "stack").flatMap((series) => columns.get(series.column) || []);
    return new Float32Array(times.length).map((_, at) => (stacked.some((column) => Number.isFinite(column[at])) ? 0 : NaN));
  }

  /**
   * Returns zero where a column is known.
   * @param {Float32Array} column
   */
  function zeros(column) {
    return column.map((value) => (Number.isFinite(value) ? 0 : NaN));
  }

  /**
   * Returns the edges of a stack on wider lines in the colour of the ground.
   * @param {any[]} edges
   * @param {Ink} ink
   */
  function separated(edges, ink) {
    const line = { color: ink.colour("surface"), width: SEPARATOR_PIXELS };
    const separators = edges.map(({ type, x, y, yaxis, connectgaps }) => ({
      type, x, y, yaxis, connectgaps, line, mode: "lines", meta: { role: "separator" }, hoverinfo: "skip",
    }));
    return [...separators, ...edges];
  }

  /**
   * Returns the ground of the times without figures: hatched for a gap, dotted for silence, ruled where nothing ran.
   * @param {contract.Stretch[]} gaps
   * @param {number} maximum
   * @param {Ink} ink
   */
  kvmgrid.gapTraces = function (gaps, maximum, ink) {
    const looks = [
      { role: "gap", shape: "/", size: 7, solidity: 0.14 },
      { role: "silence", shape: ".", size: 9, solidity: 0.08 },
      { role: "off", shape: "-", size: 12, solidity: 0.06 },
    ];
    const colour = ink.colour("gap");
    return looks.flatMap(({ role, shape, size, solidity }) => {
      /** @type {number[]} */
      const xs = [];
      /** @type {number[]} */
      const ys = [];
      for (const gap of gaps) {
        if (roleOf(gap) !== role) continue;
        if (xs.length) {
          xs.push(NaN);
          ys.push(NaN);
        }
        xs.push(gap.start_seconds, gap.end_seconds, gap.end_seconds, gap.start_seconds);
        ys.push(0, 0, maximum, maximum);
      }
      if (!xs.length) return [];
      const fillpattern = { shape, size, solidity, fgcolor: colour, fgopacity: 1 };
      return [{ ...area({ x: xs, y: ys }, translucent(colour, GAP_OPACITY), ink), meta: { role }, fillpattern }];
    });
  };

  /** @param {contract.Stretch} gap */
  function roleOf(gap) {
    if (gap.is_off) return "off";
    return gap.is_silence ? "silence" : "gap";
  }

  /**
   * Returns an invisible trace over the range: Plotly draws no axes for a panel without traces.
   * @param {number[]} range
   * @param {string} axis
   */
  kvmgrid.frameTrace = function (range, axis) {
    return { type: "scatter", mode: "none", meta: { role: "frame" }, x: range, y: [0, 0], yaxis: axis, hoverinfo: "skip" };
  };

  /**
   * @param {{x: number[], y: number[]}} shape
   * @param {string} fillcolor
   * @param {Ink} ink
   */
  function area(shape, fillcolor, ink) {
    const look = { fill: "toself", fillcolor, hoverinfo: "skip" };
    return { type: "scatter", mode: "none", meta: { role: "area" }, ...shape, yaxis: ink.axis, ...look };
  }

  /**
   * @param {Float64Array} times
   * @param {Float32Array} values
   * @param {Series} series
   * @param {Ink} ink
   */
  function curve(times, values, series, ink) {
    const colour = ink.colour(series.colour);
    const width = series.drawing === "stack" ? EDGE_PIXELS : series.width_pixels;
    const lonely = lonelySizes(values);
    return {
      type: "scatter",
      mode: lonely ? "lines+markers" : "lines",
      ...(lonely ? { marker: { size: lonely, color: colour } } : {}),
      name: series.words,
      meta: { role: "curve", column: series.column },
      x: times,
      y: values,
      yaxis: ink.axis,
      line: { color: colour, width, dash: series.dash },
      connectgaps: false,
      hoverinfo: "none",
    };
  }

  /**
   * Returns the size of a dot per value: one between two gaps has no line to either side and would not be seen. Null without any.
   * @param {Float32Array} values
   */
  function lonelySizes(values) {
    const isKnown = (/** @type {number} */ at) => Number.isFinite(values[at]);
    const isLonely = (/** @type {number} */ at) => isKnown(at) && !isKnown(at - 1) && !isKnown(at + 1);
    const sizes = Array.from(values, (_, at) => (isLonely(at) ? LONELY_PIXELS : 0));
    return sizes.some(Boolean) ? sizes : null;
  }

  /**
   * @param {string} colour #rrggbb
   * @param {number} opacity
   */
  function translucent(colour, opacity) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${red},${green},${blue},${opacity})`;
  }
})();
