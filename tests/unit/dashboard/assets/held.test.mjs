// SPDX-License-Identifier: Apache-2.0
// What a component holds after the updates that the server really sends.
import assert from "node:assert/strict";
import test from "node:test";
import { cases, load, plain } from "./scripts.mjs";

const kvmgrid = load(["change.js", "held.js", "template.js"]);
const { updates, seen, cards, changes } = cases();

test("every update leaves what the server counts on, and the cards as Python expands them", () => {
  const held = new kvmgrid.Held();
  const drawn = new Map();
  updates.forEach((update, index) => {
    for (const list of held.take(update).lists) for (const { key, tree } of list.items) drawn.set(key, tree);
    assert.deepEqual(plain(held.seen()), seen[index]);
    for (const [key, tree] of Object.entries(cards[index])) assert.deepEqual(plain(drawn.get(key)), tree);
    assert.deepEqual(Array.from(held.lists.get("host-cards").keys()).sort(), Object.keys(cards[index]).sort());
  });
});

test("a part that is gone is no longer held, and a new feed empties the lists", () => {
  const held = new kvmgrid.Held();
  held.take({ number: 1, parts: { notice: { hash: "h", tree: ["p", {}, "none"] } } });
  assert.ok(held.has("notice"));
  held.take(updates[0]);
  const drawing = held.take({ number: 9, feed: "another", gone: ["notice", "never held"], lists: {} });
  assert.deepEqual([held.has("notice"), held.lists.size], [false, 0]);
  assert.deepEqual([drawing.isNewFeed, plain(drawing.gone)], [true, ["notice"]]);
});

test("what an update does not name stays as it is", () => {
  const held = new kvmgrid.Held();
  held.take(updates[0]);
  const before = plain(held.seen());
  const drawing = held.take({ number: 9, banner: ["p", {}, "away"] });
  assert.deepEqual(plain(held.seen()), before);
  assert.deepEqual(plain(drawing), { isNewFeed: false, gone: [], parts: [], lists: [] });
});

test("a change makes the new tree of the old one, which stays as it was", () => {
  assert.ok(changes.length > 50);
  for (const { before, change, after } of changes) {
    const old = plain(before);
    assert.deepEqual(plain(kvmgrid.changed(before, change)), after);
    assert.deepEqual(before, old);
  }
});
