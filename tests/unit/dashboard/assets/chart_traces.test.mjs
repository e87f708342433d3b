// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { cases, colour, loadHere } from "./scripts.mjs";

const kvmgrid = loadHere(["chart_columns.js", "chart_traces.js"]);
const { charts, panels } = cases();

function tracesOf(name, hidden = []) {
  const { rows, picture } = charts[name];
  const drawn = kvmgrid.drawnRows(kvmgrid.updateRows(kvmgrid.noRows, rows), picture);
  return picture.panels.flatMap(({ key, maximum }, index) => {
    const ink = { axis: "y" + (index || ""), colour, hidden: new Set(hidden) };
    const panel = panels.find((each) => each.key === key);
    return [...kvmgrid.gapTraces(picture.gaps, maximum, ink), ...kvmgrid.panelTraces(panel, drawn, ink)];
  });
}

const ofRole = (traces, role) => traces.filter((trace) => trace.meta.role === role);
const curve = (traces, column) => ofRole(traces, "curve").find((trace) => trace.meta.column === column);
const near = (found, expected) => found.every((value, at) => Math.abs(value - expected[at]) < 1e-6);

test("the edges of a stack are parted", () => {
  const traces = tracesOf("three");
  const separators = ofRole(traces, "separator");
  assert.equal(separators.length, 3);
  assert.deepEqual(new Set(separators.map((trace) => trace.line.color)), new Set([colour("surface")]));
  assert.equal(curve(traces, "cpu_guest_ratio").line.color, colour("blue"));
});

test("values are those of the rows", () => {
  const found = curve(tracesOf("three"), "cpu_busy_ratio");
  assert.deepEqual([...found.y], [0.25, 0.25, 0.25]);
  const start = charts.three.picture.start_seconds;
  assert.deepEqual([...found.x], [start, start + 10, start + 20]);
});

test("a stack adds up", () => {
  assert.ok(near([...curve(tracesOf("three"), "cpu_user_ratio").y], [0.4, 0.4, 0.4]));
});

test("a gap breaks lines and areas", () => {
  const traces = tracesOf("gap");
  assert.ok(Number.isNaN(curve(traces, "cpu_busy_ratio").y[5]));
  assert.equal(ofRole(traces, "area")[0].x.filter(Number.isNaN).length, 1);
  const start = charts.gap.picture.start_seconds;
  assert.deepEqual(ofRole(traces, "gap")[0].x.slice(0, 2), [start + 40, start + 300]);
});

test("a stack without a ground is unknown where all of it is", () => {
  const series = ["a", "b"].map((column) => ({ column, words: column, colour: "blue", drawing: "stack", width_pixels: 1, dash: "solid" }));
  const columns = new Map([["a", Float32Array.of(5, NaN, NaN)], ["b", Float32Array.of(1, 2, NaN)]]);
  const rows = { times: Float64Array.of(0, 10, 20), columns };
  const traces = kvmgrid.panelTraces({ key: "p", series }, rows, { axis: "y", colour, hidden: new Set() });
  assert.deepEqual([...curve(traces, "a").y], [5, 0, NaN]);
  assert.deepEqual([...curve(traces, "b").y], [6, 2, NaN]);
});

test("zero is a line and unknown is none", () => {
  const traces = tracesOf("zero");
  assert.deepEqual([...curve(traces, "disk_busy_ratio").y], [0, 0, 0, 0, 0]);
  assert.equal(curve(traces, "disk_latency_seconds"), undefined);
});

test("a gap and silence look different", () => {
  const traces = tracesOf("silence");
  assert.equal(ofRole(traces, "gap")[0].fillpattern.shape, "/");
  assert.equal(ofRole(traces, "silence")[0].fillpattern.shape, ".");
});

test("what was off is ruled, and is no gap", () => {
  const traces = tracesOf("off");
  assert.equal(ofRole(traces, "off")[0].fillpattern.shape, "-");
  assert.equal(ofRole(traces, "silence").length, 0);
});

test("averages have a band, samples have none", () => {
  const bands = ofRole(tracesOf("averages"), "area").map((trace) => trace.y);
  assert.ok(bands.some((band) => near([Math.max(...band), Math.min(...band)], [0.9, 0.1])));
  assert.ok(!ofRole(tracesOf("three"), "area").some((trace) => near([Math.max(...trace.y)], [0.9])));
});

test("a series that is switched off has no curve, and the stack closes", () => {
  const traces = tracesOf("three", ["cpu_user_ratio"]);
  assert.equal(curve(traces, "cpu_user_ratio"), undefined);
  assert.ok(near([...curve(traces, "cpu_system_ratio").y], [0.4, 0.4, 0.4]));
});

test("a lonely sample is seen", () => {
  assert.ok(curve(tracesOf("lonely"), "cpu_busy_ratio").marker.size.includes(4));
  assert.equal(curve(tracesOf("three"), "cpu_busy_ratio").mode, "lines");
});

test("no samples give no curve", () => {
  assert.deepEqual(tracesOf("empty"), []);
  const frame = kvmgrid.frameTrace([1, 2], "y2");
  assert.deepEqual([frame.x, frame.yaxis], [[1, 2], "y2"]);
});

test("an outline closes each stretch", () => {
  const upper = Float32Array.of(1, 2, NaN, 3, 4, 5);
  const { x, y } = kvmgrid.outline(Float64Array.of(0, 1, 2, 3, 4, 5), new Float32Array(6), upper);
  assert.deepEqual(x, [0, 1, 1, 0, NaN, 3, 4, 5, 5, 4, 3]);
  assert.deepEqual(y, [1, 2, 0, 0, NaN, 3, 4, 5, 0, 0, 0]);
  assert.deepEqual(kvmgrid.outline(new Float64Array(0), upper, upper), { x: [], y: [] });
});
