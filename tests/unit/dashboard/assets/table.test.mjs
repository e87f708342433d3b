// SPDX-License-Identifier: Apache-2.0
// Rows and focus of a table; fakes stand for AG Grid and the browser.
import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./scripts.mjs";

const SCRIPTS = ["table.js", "table_rows.js"];

/** A page with tables: rows by order, what has the focus, and what AG Grid was told. */
function open(...ids) {
  const frames = [];
  const grids = new Map();
  const page = { frames, grids, told: [], window: null };
  const document = { addEventListener() {}, querySelectorAll: () => [], activeElement: null };
  const fakes = {
    document,
    setInterval() {},
    requestAnimationFrame: (callback) => frames.push(callback),
    dash_ag_grid: { getApi: (id) => grids.get(id) },
    dashAgGridFunctions: {},
    kvmgrid: { followTableAddress() {} },
  };
  page.kvmgrid = load(SCRIPTS, fakes);
  page.functions = fakes.dashAgGridFunctions;
  page.document = document;
  page.draw = (id, order) => {
    const api = {
      order,
      isDestroyed: () => false,
      columns: [],
      forEachNode: (callback) => (api.rows || []).forEach((data) => callback({ data })),
      getColumns: () => api.columns,
      setColumnsVisible: (fields, isVisible) => page.told.push(["visible", plain(fields), isVisible]),
      getDisplayedRowCount: () => api.order.length,
      getDisplayedRowAtIndex: (index) => ({ id: api.order[index], rowIndex: index }),
      getRowNode: (key) => (api.order.includes(key) ? { id: key, rowIndex: api.order.indexOf(key), data: { host: key } } : undefined),
      setFocusedCell: (index) => page.told.push(["focus", id, api.order[index]]),
      setGridOption: (name, value) => page.told.push([name, value]),
      applyTransaction: (news) => page.told.push(["transaction", plain(news)]),
    };
    grids.set(id, api);
    return api;
  };
  for (const id of ids) page.draw(id, ["a", "b", "c"]);
  return page;
}

/** A cell of a table, as the focus finds it. */
function cellOf(id) {
  const cell = { closest: (selector) => (selector === ".ag-cell" ? cell : { id }) };
  return cell;
}

const ELSEWHERE = { closest: () => null };
const root = { querySelector: () => ({ id: "t" }) };

/** A column that is in sight or not. */
function columnOf(field, isVisible, isOptional) {
  return { getColId: () => field, getColDef: () => ({ context: { isOptional } }), isVisible: () => isVisible };
}

test("an optional column is there while a row has something for it", () => {
  const { functions, grids, told } = open("t");
  const api = grids.get("t");
  api.columns = [columnOf("host", true, undefined), columnOf("tags", false, true), columnOf("gone", true, true)];
  api.rows = [{ host: "a" }, { host: "b", tags: "ssd" }];
  functions.tableChanged({ api });
  assert.deepEqual(told, [["visible", ["tags"], true], ["visible", ["gone"], false]]);
});

test("the focus moves with its row", () => {
  const { functions, grids, document, told } = open("t");
  const api = grids.get("t");
  document.activeElement = cellOf("t");
  functions.tableFocused({ api, rowIndex: 0, column: "x" });
  api.order = ["b", "c", "a"];
  functions.tableChanged({ api });
  assert.deepEqual(told, [["focus", "t", "a"]]);
});

test("a focus that left and came to another row stays there", () => {
  const { functions, grids, document, told } = open("t");
  const api = grids.get("t");
  document.activeElement = cellOf("t");
  functions.tableFocused({ api, rowIndex: 0, column: "x" });
  document.activeElement = ELSEWHERE;
  api.order = ["b", "c", "a"];
  functions.tableChanged({ api });
  document.activeElement = cellOf("t");
  functions.tableFocused({ api, rowIndex: 0, column: "x" });
  functions.tableChanged({ api });
  assert.deepEqual(told, []);
  api.order = ["a", "b", "c"];
  functions.tableChanged({ api });
  assert.deepEqual(told, [["focus", "t", "b"]]);
});

test("a table does not move the focus of another", () => {
  const { functions, grids, document, told } = open("t", "u");
  document.activeElement = cellOf("t");
  functions.tableFocused({ api: grids.get("t"), rowIndex: 0, column: "x" });
  grids.get("u").order = ["b", "c", "a"];
  functions.tableChanged({ api: grids.get("u") });
  assert.deepEqual(told, []);
});

test("rows go to the table, those that went by their key", () => {
  const { kvmgrid, told } = open("t");
  const rows = new kvmgrid.TableRows(root, assert.fail);
  const update = { number: 1, feed: "f", cursor: 3, rows: { update: [{ host: "a" }], remove: ["b", "never held"] } };
  assert.equal(rows.show(update), update);
  assert.deepEqual(told, [["transaction", { add: [], update: [{ host: "a" }], remove: [{ host: "b" }] }]]);
});

test("rows wait for their table, and their cursor is taken with them", () => {
  const { kvmgrid, draw, frames, told } = open();
  const shown = [];
  const rows = new kvmgrid.TableRows(root, (update) => shown.push(plain(update)));
  for (const number of [1, 2]) {
    const held = rows.show({ number, now_ms: 9, feed: "f", cursor: number, title: "T", rows: { all: [{ host: "h" + number }] } });
    assert.deepEqual([held.feed, held.cursor, held.title], ["f", 0, "T"]);
  }
  rows.show({ number: 3, now_ms: 9, banner: ["p", {}, "slow"] });
  frames.splice(0).forEach((frame) => frame());
  assert.deepEqual([told, shown, frames.length], [[], [], 1]);
  draw("t", []);
  frames.splice(0).forEach((frame) => frame());
  assert.deepEqual(told, [["rowData", [{ host: "h2" }]]]);
  assert.deepEqual([shown, frames.length], [[{ number: 2, now_ms: 9, feed: "f", cursor: 2 }], 0]);
});

test("a page that is left no longer waits", () => {
  const { kvmgrid, draw, frames, told } = open();
  const rows = new kvmgrid.TableRows(root, assert.fail);
  rows.show({ number: 1, now_ms: 9, feed: "f", cursor: 1, rows: { all: [] } });
  rows.close();
  draw("t", []);
  frames.splice(0).forEach((frame) => frame());
  assert.deepEqual([told, frames.length], [[], 0]);
});
