// SPDX-License-Identifier: Apache-2.0
// Legends, read-out, crosshair and zoom of the host's chart. The legend of each panel shows the newest
// values, or those under the pointer: one instant for all panels.
(function () {
  "use strict";
  const kvmgrid = (window.kvmgrid = window.kvmgrid || {});
  const GAP = "\u00a0";

  // ---- numbers: the same words as dashboard/units.py ---------------------------------------------------

  function significant(value) {
    if (value === 0) return "0";
    const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
    if (digits <= 0) return String(Math.round(value));
    const text = value.toFixed(Math.min(digits, 6));
    return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  }

  function scaled(value, step, prefixes, unit) {
    let size = Math.abs(value);
    let power = 0;
    while (size >= 999.5 && power < prefixes.length - 1) {
      size /= step;
      value /= step;
      power += 1;
    }
    return significant(value) + GAP + prefixes[power] + unit;
  }

  const IEC = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
  const SI = ["", "k", "M", "G", "T", "P", "E"];

  const WRITERS = {
    ratio(value) {
      const percent = value * 100;
      if (percent > 0 && percent < 0.05) return "<0.1" + GAP + "%";
      return (Math.abs(percent) >= 9.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)) + GAP + "%";
    },
    bytes: (value) => scaled(value, 1024, IEC, "B"),
    bytes_per_second: (value) => scaled(value, 1024, IEC, "B/s"),
    bits_per_second: (value) => scaled(value * 8, 1000, SI, "bit/s"),
    seconds(value) {
      if (value === 0) return "0" + GAP + "ms";
      if (Math.abs(value) * 1e6 < 999.5) return significant(value * 1e6) + GAP + "µs";
      if (Math.abs(value) * 1e3 < 999.5) return significant(value * 1e3) + GAP + "ms";
      return significant(value) + GAP + "s";
    },
    celsius: (value) => value.toFixed(0) + GAP + "°C",
  };

  kvmgrid.writeValue = function (unit, value) {
    return Number.isFinite(value) ? WRITERS[unit](value) : "n/a";
  };

  // ---- columns of the figure -----------------------------------------------------------------------------

  function decode(column) {
    if (!column || !column.bdata) return column && column.length ? column : new Float64Array(0);
    const bytes = Uint8Array.from(atob(column.bdata), (letter) => letter.charCodeAt(0));
    return column.dtype === "f4" ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer);
  }

  const current = { figure: null, meta: null, times: null, columns: new Map(), pointer: null };

  function point(seconds) {
    current.pointer = seconds;
    writeValues();
  }

  kvmgrid.clearPointer = () => point(null);

  function read(figure) {
    current.figure = figure;
    current.meta = figure.layout.meta || null;
    current.columns.clear();
    current.times = new Float64Array(0);
    for (const trace of figure.data) {
      if (!trace.meta || trace.meta.role !== "curve") continue;
      current.times = decode(trace.x);
      current.columns.set(trace.meta.column, decode(trace.customdata || trace.y));
    }
    if (current.meta) kvmgrid.shownRange = { start: current.meta.start, end: current.meta.end };
  }

  // ---- legends -------------------------------------------------------------------------------------------

  kvmgrid.drawLegends = function (figure) {
    const place = document.querySelector(".chart__legends");
    if (!place || !figure || !figure.layout || !figure.layout.meta) return;
    if (figure !== current.figure || !place.firstChild) {
      read(figure);
      const chart = place.closest(".chart");
      chart.style.setProperty("--plot-left", current.meta.plot.left + "px");
      chart.style.setProperty("--plot-right", current.meta.plot.right + "px");
      chart.style.setProperty("--plot-height", current.meta.plot.height + "px");
      chart.style.setProperty("--chart-height", figure.layout.height + "px");
      kvmgrid.morph(place, [
        ...current.meta.panels.map(panelLegend),
        ["div", { class: "crosshair", hidden: "hidden" }, ["span", { class: "crosshair__time" }, ""]],
      ]);
    }
    writeValues();
    attach();
  };

  function panelLegend(panel) {
    const entries = panel.series.map((series) => [
      "button",
      {
        type: "button",
        class: "legend__entry" + (series.is_hidden ? " legend__entry--hidden" : ""),
        "aria-pressed": String(!series.is_hidden),
        "data-column": series.column,
        "data-unit": panel.unit,
        title: series.words + (series.explanation ? ": " + series.explanation : ""),
      },
      ["span", { class: "swatch swatch--" + (series.is_area ? "area" : series.dash), style: "--ink:" + series.colour, "data-width": series.width_pixels > 2 ? "thick" : "thin" }],
      ["span", { class: "legend__words" }, series.words],
      ["span", { class: "legend__value" }, ""],
    ]);
    const missing = panel.is_known ? [] : [["span", { class: "legend__missing" }, "n/a in this range"]];
    return [
      "div",
      { class: "legend", style: "--top:" + panel.top + "px" },
      ["span", { class: "legend__title" }, panel.title],
      ...entries,
      ...missing,
    ];
  }

  function nearest(seconds) {
    const times = current.times;
    let low = 0;
    let high = times.length - 1;
    if (high < 0) return -1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (times[middle] <= seconds) low = middle;
      else high = middle;
    }
    return Math.abs(times[low] - seconds) <= Math.abs(times[high] - seconds) ? low : high;
  }

  function writeValues() {
    const place = document.querySelector(".chart__legends");
    if (!place || !current.meta) return;
    // A live range moves on under an event that was pointed at.
    if (current.pointer < current.meta.start || current.pointer > current.meta.end) current.pointer = null;
    const index = current.pointer === null ? current.times.length - 1 : nearest(current.pointer);
    for (const entry of place.querySelectorAll(".legend__entry")) {
      const column = current.columns.get(entry.dataset.column);
      const text = column && index >= 0 ? kvmgrid.writeValue(entry.dataset.unit, column[index]) : "";
      entry.querySelector(".legend__value").textContent = text;
    }
    drawCrosshair(place.querySelector(".crosshair"), index);
  }

  function drawCrosshair(line, index) {
    if (!line) return;
    line.hidden = current.pointer === null || index < 0;
    if (line.hidden) return;
    const { start, end, bucket_seconds: bucket } = current.meta;
    const seconds = current.times[index];
    const share = (seconds - start) / (end - start);
    line.hidden = share < 0 || share > 1;
    line.style.setProperty("--at", String(share));
    line.classList.toggle("crosshair--left", share > 0.7);
    const text = bucket
      ? kvmgrid.clock((seconds - bucket / 2) * 1000) + " + " + kvmgrid.duration(bucket)
      : kvmgrid.clock(seconds * 1000, end - start < 120);
    line.querySelector(".crosshair__time").textContent = text;
  }

  document.addEventListener("click", function (event) {
    const entry = event.target.closest(".legend__entry");
    if (entry) {
      const hidden = kvmgrid.hostPage.hidden;
      if (!hidden.delete(entry.dataset.column)) hidden.add(entry.dataset.column);
      kvmgrid.nudge();
      return;
    }
    const mark = event.target.closest("[data-event]");
    if (mark) {
      const seconds = Number(mark.dataset.event);
      point(current.pointer === seconds ? null : seconds);
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && current.pointer !== null) kvmgrid.clearPointer();
  });

  // ---- Plotly ----------------------------------------------------------------------------------------------

  let attempts = 0;

  function attach() {
    const graph = document.querySelector("#host-chart .js-plotly-plot");
    if (!graph || !graph.on) {
      // Plotly is fetched when the first chart appears.
      attempts += 1;
      if (attempts < 200) window.setTimeout(attach, 100);
      return;
    }
    attempts = 0;
    if (graph.dataset.kvmgrid) return;
    graph.dataset.kvmgrid = "attached";
    graph.on("plotly_relayout", function (change) {
      const start = change["xaxis.range[0]"];
      const end = change["xaxis.range[1]"];
      if (Number.isFinite(start) && Number.isFinite(end) && end > start) kvmgrid.zoomTo(start, end);
    });
    graph.on("plotly_doubleclick", function () {
      kvmgrid.zoomBack();
      return false;
    });
    graph.on("plotly_hover", function (event) {
      if (event.xvals && event.xvals.length) point(event.xvals[0]);
    });
    graph.on("plotly_unhover", kvmgrid.clearPointer);
  }
})();
