// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { cases, loadHere } from "./scripts.mjs";

const kvmgrid = loadHere(["chart_columns.js"]);
const { charts, histories } = cases();

function rowsOf(update) {
  return kvmgrid.updateRows(kvmgrid.noRows, update.rows);
}

test("updates in turn give the same rows as the whole each time", () => {
  assert.ok(histories.length > 5);
  for (const history of histories) {
    let held = kvmgrid.noRows;
    for (const { update, whole } of history) {
      held = kvmgrid.updateRows(held, update);
      const expected = kvmgrid.updateRows(kvmgrid.noRows, whole);
      assert.equal(held.version, expected.version);
      assert.deepEqual(held.times, expected.times);
      assert.deepEqual([...held.columns].sort(), [...expected.columns].sort());
    }
  }
});

test("an update of rows that are not held is refused", () => {
  const update = histories.flat().find((each) => each.update.base !== "").update;
  assert.equal(kvmgrid.updateRows(kvmgrid.noRows, update), null);
  const other = { ...kvmgrid.noRows, version: update.base, series: "another" };
  assert.equal(kvmgrid.updateRows(other, update), null);
});

test("values are those of the rows", () => {
  const rows = rowsOf(charts.three);
  const start = charts.three.picture.start_seconds;
  assert.deepEqual([...rows.columns.get("cpu_busy_ratio")], [0.25, 0.25, 0.25]);
  assert.deepEqual([...rows.times], [start, start + 10, start + 20]);
});

test("a column that is not known is missing, and zero is known", () => {
  const rows = rowsOf(charts.zero);
  assert.deepEqual([...rows.columns.get("disk_busy_ratio")], [0, 0, 0, 0, 0]);
  assert.ok(!rows.columns.has("disk_latency_seconds"));
});

test("a gap has a row in which nothing is known", () => {
  const { picture } = charts.gap;
  const drawn = kvmgrid.drawnRows(rowsOf(charts.gap), picture);
  const busy = drawn.columns.get("cpu_busy_ratio");
  assert.equal(drawn.times.length, 11);
  assert.equal(drawn.times[5], (picture.start_seconds + 40 + picture.start_seconds + 300) / 2);
  assert.deepEqual(busy.map(Number.isNaN).indexOf(1), 5);
  assert.equal([...busy].filter(Number.isNaN).length, 1);
});

test("a gap at the edge of the range has no row", () => {
  const drawn = kvmgrid.drawnRows(rowsOf(charts.silence), charts.silence.picture);
  assert.equal([...drawn.columns.get("cpu_busy_ratio")].filter(Number.isNaN).length, 1);
});

test("an average stands in the middle of its bucket", () => {
  const { picture } = charts.averages;
  const drawn = kvmgrid.drawnRows(rowsOf(charts.averages), picture);
  assert.equal(drawn.times[0], picture.start_seconds + 30);
});

test("the nearest row is found", () => {
  const times = Float64Array.of(0, 10, 20);
  const wanted = [[-5, 0], [4, 0], [5, 0], [6, 1], [19, 2], [99, 2]];
  for (const [seconds, row] of wanted) assert.equal(kvmgrid.nearestRow(times, seconds), row);
  assert.equal(kvmgrid.nearestRow(new Float64Array(0), 1), -1);
});
