// SPDX-License-Identifier: Apache-2.0
// Where the cells of a map lie, which one is at a point, and where a key leads.
import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./scripts.mjs";

const kvmgrid = load(["map/cell_layout.js"]);
const map = (count, more = {}) => ({ keys: Array.from({ length: count }, (_, place) => "hv" + place), ...more });

test("cells lie in rows that fit the width", () => {
  const { boxes, height } = kvmgrid.layoutCells(map(5), 104);
  assert.deepEqual(plain(boxes.map(({ x, y }) => [x, y])), [[0, 0], [36, 0], [72, 0], [0, 36], [36, 36]]);
  assert.equal(height, 72);
});

test("a map narrower than a cell has a cell in each row, and one without cells none", () => {
  assert.deepEqual(plain(kvmgrid.layoutCells(map(2), 8).boxes.map(({ x }) => x)), [0, 0]);
  assert.deepEqual(plain(kvmgrid.layoutCells(map(0), 100).boxes), []);
});

test("groups begin below their titles, and a row is as high as its largest cell", () => {
  const groups = [{ title: "bad", count: 2 }, { title: "good", count: 1 }];
  const { boxes, titles } = kvmgrid.layoutCells(map(3, { groups, edges: [64, 16, 32] }), 200);
  assert.deepEqual(plain(titles.map(({ title }) => title)), ["bad (2)", "good (1)"]);
  assert.deepEqual(plain(boxes.map(({ x, y }) => [x, y])), [[0, 26], [68, 26], [0, 120]]);
});

test("a point is in a cell or in none", () => {
  const layout = kvmgrid.layoutCells(map(5), 104);
  assert.deepEqual([[0, 0], [37, 40], [33, 10], [80, 40]].map(([x, y]) => kvmgrid.cellAt(layout, x, y)), [0, 4, -1, -1]);
});

test("keys lead to neighbours and stay within the map; other keys are none of it", () => {
  const layout = kvmgrid.layoutCells(map(5), 104);
  const by = (place, key) => kvmgrid.cellBy(layout, place, key);
  assert.deepEqual([by(0, "ArrowRight"), by(4, "ArrowRight"), by(0, "ArrowLeft"), by(3, "ArrowLeft")], [1, 4, 0, 2]);
  assert.deepEqual([by(1, "ArrowDown"), by(2, "ArrowDown"), by(4, "ArrowDown"), by(3, "ArrowUp"), by(1, "ArrowUp")], [4, 4, 4, 0, 1]);
  assert.deepEqual([by(3, "Home"), by(1, "End"), by(1, "Enter")], [0, 4, null]);
});
