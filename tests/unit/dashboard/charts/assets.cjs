// SPDX-License-Identifier: Apache-2.0
// Loads assets of the dashboard as a browser does, and what Python wrote for the tests.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const ASSETS = path.resolve(__dirname, "../../../../dashboard/assets");

globalThis.window = globalThis;

/**
 * Runs scripts in the order of their names and returns what they hang their functions on.
 * @param {...string} names
 */
exports.load = function (...names) {
  for (const name of names) {
    const file = path.join(ASSETS, name);
    vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
  }
  return globalThis.kvmgrid;
};

/** Returns the cases that the Python side of the test encoded. */
exports.cases = () => JSON.parse(fs.readFileSync(process.env.KVMGRID_CASES, "utf8"));

/** Returns a colour that tells its token. */
exports.colour = (token) => "#" + Buffer.from(token.padEnd(3)).toString("hex").slice(0, 6);
