// SPDX-License-Identifier: Apache-2.0
// The values of table cells, as columns of dashboard/components/table.py name them: AG Grid calls them by name.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** @param {tables.Row} row */
  kvmgrid.isStaleRow = function (row) {
    return row.freshness === "stale" || (row.stale_at !== undefined && kvmgrid.serverNow() > Date.parse(row.stale_at));
  };

  // Nothing is known of a host that never sent a sample. A silent one keeps its figures, and its health ends.
  /** @param {tables.Params} params */
  function hostState({ data }) {
    if (data.sampled_at === undefined) return "unknown";
    return kvmgrid.isStaleRow(data) ? "stale" : data.health_state || "unknown";
  }

  /** @param {tables.Params} params */
  function hostScore({ data }) {
    return data.health_score === undefined || kvmgrid.isStaleRow(data) ? null : data.health_score;
  }

  /** @param {tables.Params} params */
  function hostReason({ data }) {
    return data.reason === undefined || kvmgrid.isStaleRow(data) ? null : data.reason;
  }

  /** @param {tables.Params} params */
  function rowAge({ data }) {
    if (!data || data.sampled_at === undefined) return null;
    return Math.max(0, Math.round((kvmgrid.serverNow() - Date.parse(data.sampled_at)) / 1000));
  }

  // What a number is written as. A file of numbers has the unit in its head instead.
  /** @param {tables.Params} params */
  function tableText({ data, value, colDef }) {
    if (!data || data.is_gone) return "";
    if (value === null || value === undefined) return "n/a";
    return kvmgrid.writeValue(colDef.context.unit, Number(value));
  }

  /** @param {tables.Params} params */
  function tableTip({ value }) {
    return value;
  }

  // Whether a cell of a row that changed can stay as it is drawn.
  function tableIsDrawn() {
    return false;
  }

  /** @param {{ colDef: tables.Definition, location: string | null }} params */
  function tableHead({ colDef, location }) {
    const { words, isOver } = colDef.context;
    const over = isOver && new URLSearchParams(window.location.search).get("over");
    if (over) return `${colDef.headerName} ${over.split("-")[0]}`;
    return location === "csv" && words ? `${colDef.headerName} (${words})` : colDef.headerName;
  }

  /** @param {tables.Params} params */
  function tableIsStale({ data }) {
    return Boolean(data) && kvmgrid.isStaleRow(data);
  }

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    hostState,
    hostScore,
    hostReason,
    rowAge,
    tableText,
    tableTip,
    tableIsDrawn,
    tableHead,
    tableIsStale,
  });
})();
