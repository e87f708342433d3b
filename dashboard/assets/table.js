// SPDX-License-Identifier: Apache-2.0
// What all tables do: their theme, the CSV file, links by key, rows that grow stale.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /**
   * Returns a table, null while it is not drawn yet.
   * @param {string | undefined} id
   */
  function gridOf(id) {
    try {
      const grid = window.dash_ag_grid.getApi(id || "");
      return grid.isDestroyed() ? null : grid;
    } catch {
      return null;
    }
  }

  kvmgrid.gridOf = gridOf;

  // The colours are those of dashboard/theme.py, as properties that follow the theme.
  /** @param {{ themeQuartz: tables.Theme }} agGrid */
  function tableTheme(agGrid) {
    return agGrid.themeQuartz.withParams({
      fontFamily: "inherit",
      fontSize: 14,
      headerFontSize: 13,
      backgroundColor: "var(--surface)",
      foregroundColor: "var(--text)",
      textColor: "var(--text)",
      subtleTextColor: "var(--muted)",
      headerBackgroundColor: "var(--surface)",
      headerTextColor: "var(--muted)",
      chromeBackgroundColor: "var(--surface)",
      menuBackgroundColor: "var(--surface)",
      tooltipBackgroundColor: "var(--surface)",
      tooltipTextColor: "var(--text)",
      borderColor: "var(--line)",
      accentColor: "var(--accent)",
      oddRowBackgroundColor: "var(--surface)",
      rowHoverColor: "var(--raised)",
      inputBackgroundColor: "var(--surface)",
      inputTextColor: "var(--text)",
      inputBorder: "1px solid var(--control)",
      iconColor: "var(--muted)",
      browserColorScheme: "inherit",
      wrapperBorderRadius: 10,
      cellHorizontalPadding: 12,
    });
  }

  // ---- optional columns --------------------------------------------------------------------------------

  /**
   * Hides the optional columns that no row has anything for.
   * @param {tables.Grid} grid
   */
  function showOptional(grid) {
    const columns = (grid.getColumns() || []).filter((column) => column.getColDef().context.isOptional);
    for (const column of columns) {
      const field = column.getColId();
      let isWanted = false;
      grid.forEachNode(({ data }) => (isWanted = isWanted || (data && data[field] !== undefined)));
      if (column.isVisible() !== isWanted) grid.setColumnsVisible([field], isWanted);
    }
  }

  // ---- the focused row ---------------------------------------------------------------------------------

  /**
   * The cell that a person went to.
   * @type {{ api: tables.Grid, id: string | undefined, rowIndex: number, column: tables.Column } | null}
   */
  let focused = null;

  // When rows move, AG Grid stays at a place, which is another row then.
  /** @param {tables.Focus} params */
  function tableFocused({ api, rowIndex, column }) {
    const node = rowIndex === null ? undefined : api.getDisplayedRowAtIndex(rowIndex);
    if (rowIndex === null || !node) return;
    if (focused && focused.api === api && focused.rowIndex === rowIndex && focused.id !== node.id) return;
    focused = { api, id: node.id, rowIndex, column };
  }

  /**
   * Returns whether the focus is in a cell of a table.
   * @param {tables.Grid} grid
   */
  function hasFocus(grid) {
    const cell = document.activeElement && document.activeElement.closest(".ag-cell");
    const element = cell && cell.closest(".live-table");
    return Boolean(element) && gridOf(/** @type {Element} */ (element).id) === grid;
  }

  /** @param {tables.Grid} grid */
  function followFocus(grid) {
    if (!focused || focused.api !== grid) return;
    if (!hasFocus(grid)) {
      focused = null;
      return;
    }
    const node = focused.id === undefined ? undefined : grid.getRowNode(focused.id);
    if (!node || node.rowIndex === null || node.rowIndex === focused.rowIndex) return;
    focused.rowIndex = node.rowIndex;
    grid.setFocusedCell(node.rowIndex, focused.column);
  }

  // When rows move, the focus moves with its own.
  /** @param {{ api: tables.Grid }} params */
  function tableChanged({ api }) {
    showOptional(api);
    followFocus(api);
  }

  // ---- links by key ------------------------------------------------------------------------------------

  /** @param {{ event: KeyboardEvent }} params */
  function tableKey({ event }) {
    const cell = event.target;
    if (event.key !== "Enter" || !(cell instanceof HTMLElement) || cell.closest("a")) return;
    const link = cell.querySelector("a");
    if (link) link.click();
  }

  // ---- the file ----------------------------------------------------------------------------------------

  // Spreadsheets run texts that begin like a formula.
  const FORMULA = /^[=+\-@\t\r]/;

  /**
   * @param {unknown} value
   * @returns {string}
   */
  kvmgrid.fileText = function (value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "string" && FORMULA.test(value)) return "'" + value;
    return String(value);
  };

  // The server writes the file of a long table, for the address of the page.
  document.addEventListener("click", function (event) {
    const button = event.target instanceof Element ? event.target.closest("[data-table-file]") : null;
    if (!(button instanceof HTMLElement)) return;
    const link = document.createElement("a");
    link.href = button.dataset.tableFile + window.location.search;
    link.download = button.dataset.fileName || "";
    link.click();
  });

  document.addEventListener("click", function (event) {
    const button = event.target instanceof Element ? event.target.closest("[data-table-csv]") : null;
    if (!(button instanceof HTMLElement)) return;
    const grid = gridOf(button.dataset.tableCsv);
    if (!grid) return;
    grid.exportDataAsCsv({
      fileName: button.dataset.fileName,
      // Pictures have no values.
      columnKeys: (grid.getColumns() || []).filter((column) => !column.getColDef().context.lines).map((column) => column.getColId()),
      processCellCallback: ({ value }) => kvmgrid.fileText(value),
    });
  });

  // ---- rows that grow stale by themselves --------------------------------------------------------------

  /** The rows that grew stale and were drawn anew. @type {WeakSet<tables.Row>} */
  const drawn = new WeakSet();

  window.setInterval(function () {
    if (document.hidden) return;
    for (const element of document.querySelectorAll(".live-table")) {
      const grid = gridOf(element.id);
      /** @type {tables.Node[]} */
      const rowNodes = [];
      if (grid) {
        grid.forEachNode(function (node) {
          // One that came as stale was drawn as that from the first.
          if (!node.data || node.data.freshness === "stale") return;
          if (drawn.has(node.data) || !kvmgrid.isStaleRow(node.data)) return;
          drawn.add(node.data);
          rowNodes.push(node);
        });
      }
      if (grid && rowNodes.length) grid.redrawRows({ rowNodes });
    }
  }, 1000);

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, { tableTheme, tableChanged, tableFocused, tableKey });
})();
