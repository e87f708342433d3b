// SPDX-License-Identifier: Apache-2.0
// When news is requested, and which answers count.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const PATIENCE_MS = 10000;

function requests() {
  const page = { now: 0, isPaused: false, isHidden: false, sent: [], waits: false };
  const document = {
    get hidden() {
      return page.isHidden;
    },
  };
  const kvmgrid = load(["requests.js"], { performance: { now: () => page.now }, document });
  Object.assign(kvmgrid, {
    isPaused: () => page.isPaused,
    patienceMs: () => PATIENCE_MS,
    expectAnswer: () => (page.waits = true),
    expectNoAnswer: () => (page.waits = false),
  });
  const open = () => new kvmgrid.Requests((number, isForced) => page.sent.push([number, isForced]));
  return { kvmgrid, page, open, made: open() };
}

test("one request at a time, until the answer comes or patience ends", () => {
  const { made, page } = requests();
  made.ask(false);
  made.ask(false);
  assert.deepEqual([page.sent.length, page.waits], [1, true]);
  assert.ok(made.receive({ number: 1 }));
  assert.equal(page.waits, false);
  made.ask(false);
  page.now = PATIENCE_MS - 1;
  made.ask(false);
  assert.equal(page.sent.length, 2);
  page.now = PATIENCE_MS;
  made.ask(false);
  assert.equal(page.sent.length, 3);
});

test("nothing is requested while paused or out of sight, unless the user wants it", () => {
  const { made, page } = requests();
  page.isPaused = true;
  made.ask(false);
  page.isPaused = false;
  page.isHidden = true;
  made.ask(false);
  assert.deepEqual(page.sent, []);
  made.ask(true);
  assert.deepEqual(page.sent, [[1, true]]);
});

test("what the user wants does not wait, and the answer that it overtook is dropped", () => {
  const { kvmgrid, made, page } = requests();
  made.ask(false);
  kvmgrid.requestNow();
  assert.deepEqual(page.sent, [[1, false], [2, true]]);
  assert.ok(made.isOpen(2));
  assert.ok(made.receive({ number: 2 }));
  assert.equal(made.receive({ number: 1 }), false);
  assert.equal(made.receive({ number: 2 }), false);
  assert.equal(made.isOpen(2), false);
});

test("a page that has just opened takes no answer to the one before it", () => {
  const { kvmgrid, made, open, page } = requests();
  made.ask(true);
  made.close();
  const next = open();
  assert.equal(next.receive({ number: 1 }), false);
  kvmgrid.requestNow();
  assert.deepEqual(page.sent, [[1, true], [2, true]]);
  assert.ok(next.receive({ number: 2 }));
});

test("a page that comes into sight again waits for nothing", () => {
  const { kvmgrid, made, page } = requests();
  made.ask(false);
  kvmgrid.forgetPending();
  made.ask(false);
  assert.equal(page.sent.length, 2);
});
