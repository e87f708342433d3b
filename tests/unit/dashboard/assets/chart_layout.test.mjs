// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { cases, colour, loadHere } from "./scripts.mjs";

const kvmgrid = loadHere(["chart_layout.js"]);
const { charts } = cases();

function layoutOf(name, { ink = colour, isTouch = false } = {}) {
  const { picture } = charts[name];
  return kvmgrid.chartLayout(picture, kvmgrid.panelBands(picture), ink, isTouch);
}

const axesOf = (layout) => Object.keys(layout).filter((name) => name.startsWith("yaxis")).map((name) => layout[name]);
const plotPixels = (layout) => layout.height - layout.margin.b;

test("all panels share one time axis", () => {
  const layout = layoutOf("three");
  assert.deepEqual(Object.keys(layout).filter((name) => name.startsWith("xaxis")), ["xaxis"]);
  assert.equal(layout.hoversubplots, "axis");
  assert.ok(axesOf(layout).length > 5);
  assert.ok(axesOf(layout).every((axis) => axis.anchor === "x"));
});

test("a finger scrolls and a mouse zooms", () => {
  assert.equal(layoutOf("three").dragmode, "zoom");
  assert.equal(layoutOf("three", { isTouch: true }).dragmode, false);
});

test("the line of an event ends below its mark", () => {
  const layout = layoutOf("event");
  const [line] = layout.shapes;
  assert.equal(layout.shapes.length, 1);
  assert.equal(line.x0, charts.event.picture.start_seconds + 10);
  assert.ok(Math.abs((1 - line.y1) * plotPixels(layout) - charts.event.picture.marks_pixels) < 1e-6);
});

test("the line of a move is whole, that of an event is dotted", () => {
  const [move] = layoutOf("move").shapes;
  assert.deepEqual([move.x0, move.line.dash], [charts.move.picture.start_seconds + 10, "solid"]);
  assert.equal(layoutOf("event").shapes[0].line.dash, "dot");
});

test("panels do not overlap, and are as high as the server says", () => {
  const layout = layoutOf("thirty");
  const domains = axesOf(layout).map((axis) => axis.domain);
  domains.slice(1).forEach((domain, index) => assert.ok(domains[index][0] > domain[1]));
  assert.ok(domains.every(([low, high]) => low >= -1e-9 && high <= 1));
  const heights = domains.map(([low, high]) => Math.round((high - low) * plotPixels(layout)));
  assert.deepEqual(heights, charts.thirty.picture.panels.map((panel) => panel.height_pixels));
});

test("no samples still give axes", () => {
  const layout = layoutOf("empty");
  assert.ok(axesOf(layout).length >= 7);
  assert.ok(layout.xaxis.tickvals.length > 1);
});

test("the theme colours the chart, down to the grid", () => {
  assert.equal(layoutOf("three", { ink: (token) => "dark " + token }).xaxis.gridcolor, "dark grid");
});

test("texts of a value axis are the server's", () => {
  const [cpu] = axesOf(layoutOf("three"));
  assert.deepEqual(cpu.ticktext, charts.three.picture.panels[0].ticks.map((tick) => tick.text));
});

test("a chart of which no panel is known has room for its marks", () => {
  const layout = kvmgrid.chartLayout({ ...charts.event.picture, panels: [] }, [], colour, false);
  assert.deepEqual([plotPixels(layout), axesOf(layout), layout.xaxis.anchor], [charts.event.picture.marks_pixels, [], "free"]);
});
