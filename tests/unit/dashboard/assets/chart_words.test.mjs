// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { cases, colour, loadHere } from "./scripts.mjs";

const kvmgrid = loadHere(["chart_axis.js", "chart_columns.js", "chart_lines.js", "chart_legend.js", "chart_table.js", "number_words.js"]);
const { charts, numbers, panels, table } = cases();

kvmgrid.clock = (milliseconds, hasFractions) => new Date(milliseconds).toISOString() + (hasFractions ? " fine" : "");
kvmgrid.duration = (seconds) => seconds + " s";

const words = (tree) => (typeof tree === "string" ? tree : tree.slice(2).map(words).join(" "));
const heldBy = (name) => kvmgrid.updateRows(kvmgrid.noRows, charts[name].rows);

function elements(tree, tag) {
  if (typeof tree === "string") return [];
  return [...(tree[0] === tag ? [tree] : []), ...tree.slice(2).flatMap((child) => elements(child, tag))];
}

test("numbers are written as the server writes them", () => {
  assert.ok(numbers.length > 50);
  for (const [unit, value, expected] of numbers) assert.equal(kvmgrid.writeValue(unit, value), expected);
  assert.equal(kvmgrid.writeValue("ratio", NaN), "n/a");
});

test("a series that is switched off keeps its legend, one that is not known has none", () => {
  const places = [{ panel: panels[0], subject: "vda", isKnown: true, top: 5 }];
  const [legend] = kvmgrid.legendTrees(places, heldBy("three").columns, new Set(["cpu_user_ratio"]), colour);
  assert.match(words(legend), /^CPU · vda/);
  const pressed = Object.fromEntries(elements(legend, "button").map((each) => [each[1]["data-column"], each[1]["aria-pressed"]]));
  assert.equal(pressed.cpu_user_ratio, "false");
  assert.equal(pressed.cpu_guest_ratio, "true");
  assert.ok(!("cpu_steal_ratio" in pressed));
});

test("a panel of which nothing is known says so", () => {
  const panel = panels.find(({ key }) => key === "disk_latency");
  const [legend] = kvmgrid.legendTrees([{ panel, subject: "", isKnown: false, top: 5 }], new Map(), new Set(), colour);
  assert.match(words(legend), /Disk latency n\/a in this range/);
});

test("a picture names the curves that have no words, in the legend and in the table", () => {
  const panel = panels.find(({ key }) => key === "vms_cpu");
  const columns = new Map([["vms_cpu_1", Float32Array.of(1.5)]]);
  const picture = { ...charts.three.picture, names: { vms_cpu_1: "<b>web" } };
  const place = { panel, subject: "5 min averages", isKnown: true, kind: "mean", top: 5 };
  const [legend] = kvmgrid.legendTrees([place], columns, new Set(), colour, picture);
  assert.match(words(legend), /^VMs by CPU · 5 min averages mean  <b>web/);
  assert.equal(elements(legend, "button").length, 1);
  const tree = kvmgrid.tableTree(table, { times: Float64Array.of(picture.start_seconds), columns }, picture);
  const heads = elements(elements(tree, "thead")[0], "th").map(words);
  assert.equal(heads.at(-1), "<b>web");
  assert.match(words(elements(tree, "tbody")[0]), /1.5\u00a0cores$/);
});

test("the newest rows come first, and the caption counts what is left out", () => {
  const { picture } = charts.many;
  const tree = kvmgrid.tableTree(table, heldBy("many"), picture);
  assert.match(words(tree), /The newest 120 of 130 rows: every sample/);
  const [newest] = elements(elements(tree, "tbody")[0], "time");
  assert.equal(newest[1].datetime, new Date((picture.start_seconds + 129) * 1000).toISOString());
  assert.equal(elements(elements(tree, "thead")[0], "th").length, table.filter((column) => column.words).length + 1);
});

test("rows beside the range are in no table, and what is not known is n/a", () => {
  const tree = kvmgrid.tableTree(table, heldBy("neighbours"), charts.neighbours.picture);
  assert.match(words(tree), /The newest 3 of 3 rows/);
  const missing = elements(tree, "td").filter((cell) => cell[1].class === "number missing");
  assert.ok(missing.length && missing.every((cell) => cell[2] === "n/a"));
});

test("the crosshair says a sample's time, or an average's bucket", () => {
  const { picture } = charts.averages;
  assert.match(kvmgrid.crosshairWords(picture, picture.start_seconds + 30), /08:00:00.000Z \+ 60 s$/);
  assert.match(kvmgrid.crosshairWords(charts.three.picture, charts.three.picture.start_seconds), /08:00:00.000Z$/);
  const minute = { ...charts.three.picture, end_seconds: charts.three.picture.start_seconds + 60 };
  assert.match(kvmgrid.crosshairWords(minute, minute.start_seconds), /fine$/);
});

test("each mark of the time axis stands where its instant is", () => {
  const { picture } = charts.three;
  const trees = kvmgrid.timeAxisTrees(picture);
  assert.equal(trees.length, picture.ticks.length);
  const shares = trees.map((tree) => Number(tree[1].style.replace("--at:", "")));
  assert.ok(shares.every((share) => share >= 0 && share <= 1));
  assert.deepEqual(shares, [...shares].sort((one, other) => one - other));
});
