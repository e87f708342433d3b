// SPDX-License-Identifier: Apache-2.0
// The component Chart (dashboard/charts/component.py). React draws the places once; everything in them is drawn by
// chart_drawing.js, which keeps rows, focus and pointer.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));
  /** @type {Record<string, Function>} */
  const components = (window.kvmgrid_components = window.kvmgrid_components || /** @type {any} */ ({}));

  // A finger scrolls the page; a chart that zooms by dragging would hold it.
  const coarse = window.matchMedia("(pointer: coarse)");

  const NO_CHART = "There is no chart to save.";

  kvmgrid.isTouch = () => coarse.matches;

  /**
   * Binds what a person and the screen do to a drawing; returns what unbinds it.
   * @param {any} drawing
   */
  function bind(drawing) {
    /** @param {Event} event */
    function click(event) {
      const target = /** @type {Element} */ (event.target);
      const entry = /** @type {HTMLElement | null} */ (target.closest(".legend__entry"));
      if (entry) return drawing.switchSeries(entry.dataset.column);
      const mark = /** @type {HTMLElement | null} */ (target.closest("[data-event]"));
      if (!mark) return;
      const seconds = Number(mark.dataset.event);
      drawing.point(drawing.pointer && drawing.pointer.seconds === seconds ? null : seconds, null);
    }
    /** @param {KeyboardEvent} event */
    function key(event) {
      if (event.key === "Escape" && drawing.pointer) drawing.point(null, null);
    }
    const redraw = () => drawing.draw();
    const seen = () => drawing.isDue && drawing.draw();
    const sight = new IntersectionObserver((entries) => drawing.setInSight(entries[entries.length - 1].isIntersecting));
    sight.observe(drawing.place(".chart"));
    // The server writes as many marks as there is room for.
    const size = new ResizeObserver(() => drawing.resize());
    size.observe(drawing.place(".chart__graph"));
    drawing.element.addEventListener("click", click);
    document.addEventListener("keydown", key);
    document.addEventListener("visibilitychange", seen);
    document.addEventListener("kvmgrid:theme", redraw);
    coarse.addEventListener("change", redraw);
    return function () {
      sight.disconnect();
      size.disconnect();
      document.removeEventListener("keydown", key);
      document.removeEventListener("visibilitychange", seen);
      document.removeEventListener("kvmgrid:theme", redraw);
      coarse.removeEventListener("change", redraw);
    };
  }

  /** @param {any} props */
  components.Chart = function Chart(props) {
    const React = /** @type {any} */ (window).React;
    const place = React.useRef(null);
    const drawing = React.useRef(null);
    const latest = React.useRef(props);
    const [isTable, setTable] = React.useState(false);
    const [fault, setFault] = React.useState("");
    latest.current = props;
    React.useLayoutEffect(function () {
      const { panels, table, library } = props;
      const report = (/** @type {object} */ view) => latest.current.setProps({ view });
      drawing.current = new kvmgrid.ChartDrawing(place.current, { panels, table, library, report });
      const unbind = bind(drawing.current);
      return function () {
        unbind();
        drawing.current.close();
      };
    }, []);
    React.useLayoutEffect(() => drawing.current.take(props.update), [props.update]);
    const h = React.createElement;
    const div = (/** @type {string} */ className) => h("div", { className });
    const button = (/** @type {string} */ words, /** @type {object} */ more) =>
      h("button", { type: "button", className: "button", ...more }, words);
    const tableName = props.id + "-table";
    return h(
      "div",
      { id: props.id, ref: place },
      h(
        "div",
        { className: "chart-head" },
        props.children,
        h(
          "div",
          { className: "chart-head__files" },
          h("span", { role: "status", className: "quiet" }, fault),
          button("CSV", { title: "The rows of the chart as a file", onClick: () => setFault(drawing.current.saveRows() ? "" : NO_CHART) }),
          button("PNG", {
            title: "The chart as a picture",
            onClick: async () => setFault((await drawing.current.savePicture()) ? "" : NO_CHART),
          }),
          button(isTable ? "Hide table" : "Show as table", {
            "aria-expanded": String(isTable),
            "aria-controls": tableName,
            onClick: () => setTable(drawing.current.switchTable()),
          })
        )
      ),
      h("div", { id: tableName, className: "chart__table", tabIndex: isTable ? 0 : undefined }),
      h(
        "figure",
        { className: "chart" },
        h("div", { role: "img", "aria-label": props.label }, h("div", { className: "chart__graph" })),
        div("chart__marks"),
        div("chart__legends"),
        h("div", { className: "crosshair", hidden: true }, h("span", { className: "crosshair__time" })),
        div("chart__nothing"),
        h("div", { className: "time-axis", "aria-hidden": "true" })
      )
    );
  };
})();
