// SPDX-License-Identifier: Apache-2.0
// Clock texts: hours that come twice when the clocks go back have their difference from UTC.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

/** Returns the clock of a page whose address names a zone. */
function clockIn(zone) {
  return load(["times.js"], {
    URLSearchParams,
    setInterval: () => 0,
    location: { search: "?tz=" + zone },
    document: { querySelectorAll: () => [] },
    kvmgrid: { onAddress: () => undefined },
  }).clock;
}

/** Returns the texts of instants, the dates left out. */
function texts(zone, instants, hasFractions) {
  const clock = clockIn(zone);
  return instants.map((instant) => clock(Date.parse(instant), hasFractions).split(" ")[1]);
}

test("the hour that comes twice in autumn has its difference from UTC, others have none", () => {
  const night = ["2026-10-24T23:59:59Z", "2026-10-25T00:00:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"];
  assert.deepEqual(texts("Europe/Berlin", night), ["01:59:59", "02:00:00+02:00", "02:59:59+02:00", "02:00:00+01:00", "03:00:00"]);
  assert.deepEqual(texts("UTC", night), ["23:59:59", "00:00:00", "00:59:59", "01:00:00", "02:00:00"]);
  const west = ["2026-11-01T04:59:59Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00.250Z", "2026-11-01T07:00:00Z"];
  assert.deepEqual(texts("America/New_York", west), ["00:59:59", "01:30:00-04:00", "01:30:00-05:00", "02:00:00"]);
  assert.equal(texts("America/New_York", west, true)[2], "01:30:00.250-05:00");
  // Half an hour comes twice.
  const island = ["2026-04-04T14:29:59Z", "2026-04-04T14:30:00Z", "2026-04-04T15:29:59Z", "2026-04-04T15:30:00Z"];
  assert.deepEqual(texts("Australia/Lord_Howe", island), ["01:29:59", "01:30:00+11:00", "01:59:59+10:30", "02:00:00"]);
});

test("where the clocks go forward each text comes once", () => {
  const night = ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"];
  assert.deepEqual(texts("Europe/Berlin", night), ["01:59:59", "03:00:00", "05:00:00"]);
});
