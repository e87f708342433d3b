// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { loadHere } from "./scripts.mjs";

const kvmgrid = loadHere(["cell_lines.js"]);

test("a line stands at its hours, and breaks where nothing is known", () => {
  assert.equal(kvmgrid.linePath([0, 0.5, 1]), "M0 20.0h0.5L1 10.0L2 0.0");
  assert.equal(kvmgrid.linePath([null, 0.5, null, 2]), "M1 10.0h0.5M3 0.0h0.5");
  assert.equal(kvmgrid.linePath([null, null]), "");
});
