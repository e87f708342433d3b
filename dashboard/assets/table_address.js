// SPDX-License-Identifier: Apache-2.0
// What the address says of a table: by what it is sorted (sort=-cpu), which columns it shows (cols=state,cpu), and
// over which time its figures are (over=p95-24h).
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const PHONE = "(max-width: 640px)";
  const PHONE_NAME_PIXELS = 104;

  /** The tables that follow the address already. @type {WeakSet<tables.Grid>} */
  const following = new WeakSet();

  /** @param {string} name */
  function parameter(name) {
    return new URLSearchParams(window.location.search).get(name);
  }

  /** @param {tables.Grid} grid */
  function namedColumns(grid) {
    return (grid.getColumns() || []).filter((column) => column.getColDef().context.name);
  }

  /** @param {tables.Column} column */
  function nameOf(column) {
    return column.getColDef().context.name || "";
  }

  // ---- the sort ----------------------------------------------------------------------------------------

  /** @param {tables.Column[]} columns */
  function ownSort(columns) {
    const column = columns.find((each) => each.getColDef().initialSort);
    return column ? nameOf(column) : "";
  }

  /** @param {tables.Column[]} columns */
  function shownSort(columns) {
    const column = columns.find((each) => each.getSort());
    return column ? (column.getSort() === "desc" ? "-" : "") + nameOf(column) : "";
  }

  // A click on a head is one step of the browser's history.
  /** @param {{ api: tables.Grid }} params */
  function tableSorted({ api }) {
    if (!following.has(api)) return;
    const columns = namedColumns(api);
    const sort = shownSort(columns);
    const wanted = parameter("sort") || ownSort(columns);
    if (!columns.length || sort === wanted) return;
    kvmgrid.goWith({ sort: sort === ownSort(columns) ? null : sort });
  }

  /**
   * @param {tables.Grid} grid
   * @param {tables.Column[]} columns
   */
  function followSort(grid, columns) {
    const wanted = parameter("sort") || ownSort(columns);
    if (shownSort(columns) === wanted) return;
    const column = columns.find((each) => nameOf(each) === wanted.replace(/^-/, ""));
    const sort = wanted.startsWith("-") ? "desc" : "asc";
    grid.applyColumnState({ state: column ? [{ colId: column.getColId(), sort }] : [], defaultState: { sort: null } });
  }

  // ---- the columns -------------------------------------------------------------------------------------

  function boxes() {
    return /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-table-column]"));
  }

  /** @param {tables.Column[]} columns */
  function ownColumns(columns) {
    const isPhone = window.matchMedia(PHONE).matches;
    return columns
      .filter((column) => {
        const { isFirst, isHidden } = column.getColDef().context;
        return !column.isPinned() && (isPhone ? isFirst : !isHidden);
      })
      .map(nameOf);
  }

  /**
   * @param {tables.Grid} grid
   * @param {tables.Column[]} columns
   */
  function followColumns(grid, columns) {
    if (!boxes().length) return;
    const asked = parameter("cols");
    const wanted = new Set(asked === null ? ownColumns(columns) : asked.split(","));
    const change = columns.filter((column) => !column.isPinned() && column.isVisible() !== wanted.has(nameOf(column)));
    for (const isWanted of [true, false]) {
      const ids = change.filter((column) => wanted.has(nameOf(column)) === isWanted).map((column) => column.getColId());
      if (ids.length) grid.setColumnsVisible(ids, isWanted);
    }
    for (const box of boxes()) box.checked = wanted.has(box.dataset.tableColumn || "");
  }

  document.addEventListener("change", function (event) {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.dataset.tableColumn) return;
    const table = document.querySelector(".live-table");
    const grid = table && kvmgrid.gridOf(table.id);
    if (!grid) return;
    const wanted = Array.from(boxes()).flatMap((each) => (each.checked && each.dataset.tableColumn) || []).join(",");
    kvmgrid.goWith({ cols: wanted === ownColumns(namedColumns(grid)).join(",") ? null : wanted });
  });

  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && document.querySelector("details.column-menu[open]");
    if (!(menu instanceof HTMLDetailsElement)) return;
    menu.open = false;
    const head = menu.querySelector("summary");
    if (head) head.focus();
  });

  // ---- over which time ---------------------------------------------------------------------------------

  document.addEventListener("change", function (event) {
    const menu = event.target;
    if (!(menu instanceof HTMLSelectElement) || !menu.dataset.tableOver) return;
    kvmgrid.goWith({ over: menu.value === "now" ? null : menu.value });
  });

  /** @param {tables.Grid} grid */
  function followOver(grid) {
    const menu = document.querySelector("[data-table-over]");
    if (!(menu instanceof HTMLSelectElement)) return;
    menu.value = parameter("over") || "now";
    // Heads say of what the figures are.
    grid.refreshHeader();
  }

  // ---- all of it --------------------------------------------------------------------------------------------

  kvmgrid.followTableAddress = function (grid) {
    const columns = namedColumns(grid);
    if (!columns.length) return;
    if (!following.has(grid) && boxes().length && window.matchMedia(PHONE).matches) {
      const pinned = columns.filter((column) => column.isPinned());
      grid.setColumnWidths(pinned.map((column) => ({ key: column.getColId(), newWidth: PHONE_NAME_PIXELS })));
    }
    followSort(grid, columns);
    followColumns(grid, columns);
    followOver(grid);
    following.add(grid);
  };

  kvmgrid.onAddress(function () {
    for (const table of document.querySelectorAll(".live-table")) {
      const grid = kvmgrid.gridOf(table.id);
      if (grid && following.has(grid)) kvmgrid.followTableAddress(grid);
    }
  });

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, { tableSorted });
})();
