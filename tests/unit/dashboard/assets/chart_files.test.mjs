// SPDX-License-Identifier: Apache-2.0
// What is in the files of a chart.
import assert from "node:assert/strict";
import test from "node:test";
import { cases, colour, loadHere } from "./scripts.mjs";

globalThis.document = { addEventListener() {}, hidden: true, querySelectorAll: () => [] };
globalThis.setInterval = () => 0;
const kvmgrid = loadHere(["chart_columns.js", "chart_layout.js", "chart_lines.js", "chart_files.js", "table.js"]);
const { charts, panels } = cases();
const TABLE = [{ column: "cpu_busy_ratio", words: "=1+1, \"busy\"", unit: "ratio" }];

function csvOf(name, table = []) {
  const { rows, picture } = charts[name];
  const text = kvmgrid.chartCsv(panels, table, kvmgrid.updateRows(kvmgrid.noRows, rows), picture);
  assert.equal(text[0], "\ufeff");
  assert.ok(text.endsWith("\r\n"));
  return text.slice(1, -2).split("\r\n").map((line) => line.split(","));
}

test("rows are instants in UTC and numbers as they are stored", () => {
  const [head, ...rows] = csvOf("three");
  assert.equal(head[0], "Time (UTC)");
  assert.ok(head.includes("CPU: busy [share of 1]"));
  assert.ok(head.includes("Memory: available [B]"));
  assert.equal(new Set(head).size, head.length);
  assert.equal(rows.length, 3);
  const instants = [0, 10, 20].map((seconds) => new Date((charts.three.picture.start_seconds + seconds) * 1000));
  assert.deepEqual(rows.map((row) => row[0]), instants.map((instant) => instant.toISOString()));
  assert.deepEqual(rows.map((row) => row[head.indexOf("CPU: busy [share of 1]")]), ["0.25", "0.25", "0.25"]);
  for (const row of rows) assert.equal(row.length, head.length);
});

test("a head that a spreadsheet would run is a text", () => {
  const { rows, picture } = charts.three;
  const text = kvmgrid.chartCsv([], TABLE, kvmgrid.updateRows(kvmgrid.noRows, rows), picture);
  assert.ok(text.startsWith('\ufeffTime (UTC),"\'=1+1, ""busy"" [share of 1]"\r\n'));
});

test("a file is named after its object, whatever that is called, and its range", () => {
  const picture = { start_seconds: 0, end_seconds: 3600 };
  const name = (subject) => kvmgrid.chartFileName(subject, picture, "csv");
  assert.equal(name("hv001"), "kvmgrid-hv001-19700101T000000Z-19700101T010000Z.csv");
  for (const subject of ["../../etc/passwd", "=cmd|' /C'!A0", "<img src=x>", "…", "a".repeat(500)]) {
    assert.match(name(subject), /^kvmgrid-\w[\w.-]{0,63}-19700101T000000Z-19700101T010000Z\.csv$/);
  }
});

test("a picture says what it shows, and no name is markup in it", () => {
  const { picture } = charts.three;
  const bands = kvmgrid.panelBands(picture);
  const layout = kvmgrid.chartLayout(picture, bands, colour, false);
  const legends = bands.map(() => ({ words: "<b>CPU", kind: "mean", entries: [{ words: "a & b", colour: "#123456" }] }));
  const made = kvmgrid.chartPicture({ data: [], layout }, { title: "<img> · now", picture, legends, bands, colour });
  const [title, ...lines] = made.layout.annotations;
  assert.equal(title.text, "&lt;img&gt; · now");
  assert.equal(lines.length, bands.length);
  assert.equal(lines[0].text, '<b>&lt;b&gt;CPU</b> · mean&nbsp;&nbsp;&nbsp;<span style="color:#123456">■</span> a &amp; b');
  assert.equal(made.layout.xaxis.ticktext.length, picture.ticks.length);
  assert.ok(made.layout.height > layout.height);
  // The one on the page stays as it is.
  assert.equal(layout.xaxis.showticklabels, false);
});
