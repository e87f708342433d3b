// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { cases, loadHere } from "./scripts.mjs";

const kvmgrid = loadHere(["chart_columns.js", "chart_lines.js", "chart_files.js"]);
kvmgrid.fileText = String;
const { charts, panels, table } = cases();
const { picture } = charts.before;
const held = kvmgrid.updateRows(kvmgrid.noRows, charts.before.rows);

test("each line has one of the earlier time, named, grey and dashed; the parts of a stack have none", () => {
  const { series } = kvmgrid.linedPanel(panels[0], picture);
  const ghosts = series.filter(({ column }) => column.endsWith("_before"));
  assert.deepEqual(ghosts.map(({ column, words, colour, dash }) => [column, words, colour, dash]), [
    ["cpu_busy_ratio_before", "busy, 7\u00a0d before", "muted", "dash"],
  ]);
  assert.equal(kvmgrid.linedPanel(panels[0], charts.three.picture), panels[0]);
});

test("the table and the file have the earlier time beside each column of which it is known", () => {
  const heads = kvmgrid.linedTable(table, picture, held.columns).map(({ words }) => words);
  assert.deepEqual(heads.slice(0, 3), ["CPU busy", "CPU busy, 7\u00a0d before", "VMs"]);
  const [head, first] = kvmgrid.chartCsv(panels, table, held, picture).split("\r\n");
  assert.ok(head.includes("CPU: busy, 7\u00a0d before [share of 1]"));
  assert.ok(first.includes("0.25"));
});

test("the newest row is one of this time", () => {
  assert.equal(held.times.length, 38);
  assert.equal(kvmgrid.newestRow(held), 29);
  assert.equal(kvmgrid.newestRow(kvmgrid.noRows), -1);
});

test("in a gap the earlier time goes on without a break, and this time has one", () => {
  const drawn = kvmgrid.drawnRows(held, picture);
  const unknown = (name) => [...drawn.columns.get(name)].filter(Number.isNaN).length;
  assert.equal(unknown("cpu_busy_ratio_before"), 0);
  assert.equal(unknown("cpu_busy_ratio"), 18);
});

test("lines say what they are, and a mean says why it is one", () => {
  const buckets = { ...picture, bucket_seconds: 3600, statistic: "p95", lined: ["cpu_busy_ratio"] };
  const lines = (...columns) => columns.map((column) => ({ column, words: column.split("_")[1] }));
  assert.equal(kvmgrid.panelKind(picture, lines("cpu_busy_ratio"), true), "");
  const both = lines("cpu_busy_ratio", "cpu_busy_ratio_before");
  assert.equal(kvmgrid.panelKind(buckets, both, true), "95th percentile, band min to max");
  assert.equal(kvmgrid.panelKind(buckets, lines("swap_used_bytes"), false), "mean: no 95th percentile is kept");
  const mixed = lines("cpu_busy_ratio", "cpu_user_ratio");
  assert.equal(kvmgrid.panelKind(buckets, mixed, true), "95th percentile of busy, else mean, band min to max");
  assert.equal(kvmgrid.panelKind({ ...buckets, statistic: "mean", lined: [] }, lines("swap_used_bytes"), false), "mean");
});
