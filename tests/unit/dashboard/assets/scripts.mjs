// SPDX-License-Identifier: Apache-2.0
// Loads scripts of dashboard/assets as a browser does: in turn, into one window.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const ASSETS = new URL("../../../../dashboard/assets/", import.meta.url);

/** Returns window.kvmgrid with what the scripts have put there; fakes stand for what the browser has. */
export function load(names, fakes = {}) {
  const window = { ...fakes };
  window.window = window;
  vm.createContext(window);
  for (const name of names) vm.runInContext(readFileSync(new URL(name, ASSETS), "utf8"), window, { filename: name });
  return window.kvmgrid;
}

/** The same into the window of the tests, so that what is compared is of the same kinds. */
export function loadHere(names) {
  globalThis.window = globalThis;
  for (const name of names) vm.runInThisContext(readFileSync(new URL(name, ASSETS), "utf8"), { filename: name });
  return globalThis.kvmgrid;
}

/** A colour that tells the token of the theme it is for. */
export function colour(token) {
  return "#" + Buffer.from(token.padEnd(3)).toString("hex").slice(0, 6);
}

/** What Python wrote for these tests. */
export function cases() {
  return JSON.parse(readFileSync(process.env.KVMGRID_TEST_CASES, "utf8"));
}

/** The same value without the marks of the window that it was made in. */
export function plain(value) {
  return JSON.parse(JSON.stringify(value));
}
