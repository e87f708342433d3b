// SPDX-License-Identifier: Apache-2.0
// Blocks of a long table, and what of it stands in the address; fakes stand for AG Grid and the browser.
import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./scripts.mjs";

const SCRIPTS = ["table_address.js", "table_blocks.js"];

/** A column of a table, as its definition says. */
function column(name, more = {}) {
  return {
    name,
    sort: null,
    isShown: !more.isHidden,
    getColId: () => name + "_id",
    getColDef: () => ({ context: { name, ...more }, initialSort: more.initialSort }),
    getSort() {
      return this.sort;
    },
    isPinned: () => Boolean(more.initialSort),
    isVisible() {
      return this.isShown;
    },
  };
}

/** A page with one long table, at an address. */
function open(search = "") {
  const columns = [
    column("name", { initialSort: "asc" }),
    column("state", { isFirst: true }),
    column("cpu"),
    column("uuid", { isHidden: true }),
  ];
  columns[0].sort = "asc";
  // What dash-ag-grid sets as soon as the table is there.
  const page = { datasource: {}, frames: [], told: [], gone: [], asked: 0, rows: new Map(), sight: [0, 24], follow: null };
  const boxes = columns.slice(1).map(({ name }) => ({ dataset: { tableColumn: name }, checked: false }));
  const grid = {
    getGridOption: () => page.datasource,
    getColumns: () => columns,
    getFirstDisplayedRowIndex: () => page.sight[0],
    getLastDisplayedRowIndex: () => page.sight[1],
    getRowNode: (id) => page.rows.get(id),
    setGridOption: (name, source) => (page[name] = source),
    setRowCount: (count) => page.told.push(["count", count]),
    ensureIndexVisible: (index) => page.told.push(["top", index]),
    setColumnsVisible(ids, isShown) {
      for (const each of columns) if (ids.includes(each.getColId())) each.isShown = isShown;
    },
    applyColumnState({ state }) {
      for (const each of columns) each.sort = null;
      for (const { colId, sort } of state) columns.find((each) => each.getColId() === colId).sort = sort;
    },
  };
  const fakes = {
    location: { search, pathname: "/vms" },
    URLSearchParams,
    HTMLSelectElement: class {},
    matchMedia: () => ({ matches: false }),
    document: {
      addEventListener() {},
      querySelector: () => ({ id: "t" }),
      querySelectorAll: (selector) => (selector === ".live-table" ? [{ id: "t" }] : boxes),
    },
    requestAnimationFrame: (callback) => page.frames.push(callback),
    dashAgGridFunctions: {},
    kvmgrid: {
      gridOf: () => page.grid,
      onAddress: (callback) => (page.follow = callback),
      goWith: (changes) => page.gone.push(plain(changes)),
    },
  };
  const root = {
    querySelector: () => ({ id: "t" }),
    addEventListener: (_, press) => (page.press = press),
    removeEventListener() {},
  };
  page.grid = grid;
  page.columns = columns;
  page.boxes = boxes;
  page.window = fakes;
  page.kvmgrid = load(SCRIPTS, fakes);
  page.sorted = () => fakes.dashAgGridFunctions.tableSorted({ api: grid });
  page.blocks = new page.kvmgrid.TableBlocks(root, () => (page.asked += 1));
  page.show = (changes) => {
    const block = { order: "a", total: 300, start: 0, digest: "d", rows: [], ...changes };
    page.blocks.show({ number: 1, now_ms: 0, block });
  };
  return page;
}

/** A question of AG Grid for rows, with what it was told. */
function asking(startRow) {
  const params = { startRow, endRow: startRow + 100, got: null };
  params.successCallback = (rows, total) => (params.got = [plain(rows), total]);
  params.failCallback = () => (params.got = "failed");
  return params;
}

test("the first rows of an order wait for AG Grid, others are asked for", () => {
  const page = open();
  page.show({ rows: [{ id: "1" }] });
  assert.deepEqual(page.told, [["count", 300], ["top", 0]]);
  const [first, far] = [asking(0), asking(200)];
  page.datasource.getRows(first);
  assert.deepEqual([first.got, page.asked], [[[{ id: "1" }], 300], 0]);
  page.datasource.getRows(far);
  assert.deepEqual([far.got, page.asked], [null, 1]);
  assert.deepEqual(plain(page.blocks.wanted()), { order: "a", start: 200, count: 100, digest: "" });
  page.show({ start: 200, rows: [{ id: "201" }] });
  assert.deepEqual(far.got, [[{ id: "201" }], 300]);
});

test("of several blocks the newest is asked for, and the others after it", () => {
  const page = open();
  page.show({});
  const [near, far] = [asking(100), asking(200)];
  page.datasource.getRows(near);
  page.datasource.getRows(far);
  assert.equal(page.blocks.wanted().start, 200);
  page.show({ start: 200 });
  assert.deepEqual([page.asked, page.blocks.wanted().start], [3, 100]);
});

test("rows in sight change in their places, and their digest is told", () => {
  const page = open();
  page.show({});
  page.datasource.getRows(asking(0));
  page.sight = [47, 71];
  assert.deepEqual(plain(page.blocks.wanted()), { order: "a", start: 40, count: 40, digest: "" });
  const node = { data: { id: "1", cpu: 1, name: "web" }, updateData: (data) => (node.data = plain(data)) };
  page.rows.set("1", node);
  page.show({ start: 40, digest: "e", rows: [{ id: "1", cpu: 2, name: "web" }, { id: "2" }] });
  assert.deepEqual(node.data, { id: "1", cpu: 2, name: "web" });
  assert.equal(page.blocks.wanted().digest, "e");
  page.show({ start: 40, digest: "f", rows: [{ id: "1", is_gone: true }] });
  assert.deepEqual(node.data, { id: "1", cpu: 2, name: "web", is_gone: true });
  page.sight = [0, 24];
  assert.equal(page.blocks.wanted().digest, "");
});

test("another order empties the table, at its top only where somebody asked for it", () => {
  const page = open();
  page.show({});
  const waiting = asking(100);
  page.datasource.getRows(waiting);
  page.told.length = 0;
  page.show({ order: "b" });
  assert.deepEqual([waiting.got, page.told], ["failed", [["count", 300]]]);
  page.press({ target: { closest: (selector) => (selector === "[data-table-again]" ? {} : null) } });
  assert.equal(page.blocks.wanted().order, "");
  page.show({ order: "c" });
  assert.deepEqual(page.told.at(-1), ["top", 0]);
});

test("a block waits for its table, and no longer than its page is there", () => {
  const page = open();
  const { grid } = page;
  page.grid = null;
  assert.equal(page.blocks.wanted(), undefined);
  page.show({});
  page.frames.splice(0).forEach((frame) => frame());
  page.grid = grid;
  page.datasource = undefined;
  page.frames.splice(0).forEach((frame) => frame());
  assert.deepEqual(page.told, []);
  page.datasource = {};
  page.frames.splice(0).forEach((frame) => frame());
  assert.deepEqual([page.told[0], page.frames.length], [["count", 300], 0]);
  page.grid = null;
  page.show({ order: "b" });
  page.blocks.close();
  page.grid = grid;
  page.frames.splice(0).forEach((frame) => frame());
  assert.equal(page.blocks.wanted().order, "a");
});

test("a click on a head goes into the address, and the address into the heads", () => {
  const page = open("?sort=-cpu");
  // What AG Grid tells before the address was read says nothing.
  page.sorted();
  assert.deepEqual(page.gone, []);
  page.show({});
  assert.deepEqual(page.columns.map(({ sort }) => sort), [null, null, "desc", null]);
  page.sorted();
  assert.deepEqual(page.gone, []);
  page.columns[2].sort = "asc";
  page.sorted();
  page.columns[2].sort = null;
  page.columns[0].sort = "asc";
  page.sorted();
  assert.deepEqual(page.gone, [{ sort: "cpu" }, { sort: null }]);
  page.window.location.search = "";
  page.follow();
  assert.deepEqual(page.columns.map(({ sort }) => sort), ["asc", null, null, null]);
});

test("the address says which columns are shown, and the boxes say so", () => {
  const page = open("?cols=uuid,nothing");
  page.show({});
  assert.deepEqual(page.columns.map(({ isShown }) => isShown), [true, false, false, true]);
  assert.deepEqual(page.boxes.map(({ checked }) => checked), [false, false, true]);
  page.window.location.search = "";
  page.follow();
  assert.deepEqual(page.columns.map(({ isShown }) => isShown), [true, true, true, false]);
});
