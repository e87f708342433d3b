// SPDX-License-Identifier: Apache-2.0
// Ranges of an address: whether they are over, how long they are, the links to them.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const kvmgrid = load(["range_texts.js"], { URLSearchParams });
const NOW_MS = Date.parse("2026-11-30T12:00:00Z");

test("a range is over where its end is before now", () => {
  const ends = {
    now: false,
    "now-7d": true,
    "now-0s": true,
    "now/d": false,
    "now-1d/d": false,
    [String(NOW_MS - 60000)]: true,
    [String(NOW_MS + 60000)]: false,
    "2026-11-30T11:59:59Z": true,
    "2026-11-30T13:00:00Z": false,
    "no time": false,
  };
  for (const [text, isOver] of Object.entries(ends)) assert.equal(kvmgrid.endsInPast(text, NOW_MS), isOver, text);
});

test("the texts of a range tell its length where no zone is needed", () => {
  const length = (from, to) => kvmgrid.lengthOf(from, to, NOW_MS);
  assert.equal(length("now-1h", "now"), 3600);
  assert.equal(length("now-8d", "now-7d"), 86400);
  assert.equal(length("now-1M", "now"), 30 * 86400);
  assert.equal(length(String(NOW_MS - 60000), "now"), 60);
  assert.equal(length(String(NOW_MS - 90000), String(NOW_MS - 30000)), 60);
  for (const [from, to] of [["", "now"], ["now/d", "now"], ["2026-11-30 08:00", "now"], ["now", "now-1h"]]) {
    assert.equal(length(from, to), null);
  }
});

test("a length is written in the greatest unit that fits", () => {
  const texts = { 3600: "1h", 86400: "1d", 604800: "7d", 31536000: "1y", 5400: "90m", 5401: "5401s", 3: "10s", 82800: "23h" };
  for (const [seconds, text] of Object.entries(texts)) assert.equal(kvmgrid.lengthText(Number(seconds)), text);
  // No more digits than the dashboard reads.
  assert.equal(kvmgrid.lengthText(10000001), "166667m");
});

test("a link moves on or is fixed; all else of the address stays", () => {
  const shown = { start: 1796040000.1234, end: 1796043600 };
  const fixed = "from=1796040000123&to=1796043600000";
  assert.equal(kvmgrid.linkSearch("", "moving", null), "");
  assert.equal(kvmgrid.linkSearch("?from=now-1h&to=now&disk=vda", "moving", null), "?from=now-1h&to=now&disk=vda");
  assert.equal(kvmgrid.linkSearch("?from=1796040000000&to=now", "moving", null), "?from=1796040000000&to=now");
  assert.equal(kvmgrid.linkSearch("?" + fixed, "moving", shown), null);
  assert.equal(kvmgrid.linkSearch("?tz=utc", "fixed", shown), "?tz=utc&" + fixed);
  assert.equal(kvmgrid.linkSearch("?from=now-1h&to=now&disk=vda", "fixed", shown), "?" + fixed + "&disk=vda");
  assert.equal(kvmgrid.linkSearch("", "fixed", null), null);
});
