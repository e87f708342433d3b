// SPDX-License-Identifier: Apache-2.0
// What a component Parts holds: it takes updates of dashboard/parts/contract.py and says what they change.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  class Held {
    constructor() {
      this.feed = "";
      this.cursor = 0;
      /** @type {Map<string, string>} */
      this.hashes = new Map();
      /** @type {kvmgrid.Templates} */
      this.templates = new Map();
      /** The items of each list as they came, not expanded: a change refers to that. @type {Map<string, Map<string, contract.Tree>>} */
      this.lists = new Map();
    }

    /** @returns {contract.Seen} */
    seen() {
      return { feed: this.feed, cursor: this.cursor, parts: Object.fromEntries(this.hashes) };
    }

    /** @param {string} name */
    has(name) {
      return this.hashes.has(name);
    }

    /**
     * @param {contract.Update} update
     * @returns {kvmgrid.Drawing}
     */
    take(update) {
      const isNewFeed = update.feed !== undefined && update.feed !== this.feed;
      if (isNewFeed) this.lists.clear();
      if (update.templates) this.templates = kvmgrid.learnTemplates(update.templates);
      if (update.feed !== undefined) this.feed = update.feed;
      if (update.cursor !== undefined) this.cursor = update.cursor;
      const gone = (update.gone || []).filter((name) => this.hashes.delete(name));
      const parts = Object.entries(update.parts || {}).map(([name, part]) => {
        this.hashes.set(name, part.hash);
        return { name, tree: kvmgrid.expand(part.tree, this.templates) };
      });
      const lists = Object.entries(update.lists || {}).map(([name, items]) => this.takeItems(name, items));
      return { isNewFeed, gone, parts, lists };
    }

    /**
     * @param {string} name
     * @param {contract.Items} items
     */
    takeItems(name, items) {
      const trees = this.lists.get(name) || new Map();
      this.lists.set(name, trees);
      const fresh = Object.entries(items.trees || {});
      for (const [key, change] of Object.entries(items.changes || {})) {
        const old = trees.get(key);
        if (old) fresh.push([key, /** @type {contract.Tree} */ (kvmgrid.changed(old, change))]);
      }
      for (const [key, tree] of fresh) trees.set(key, tree);
      if (items.order) {
        const known = new Set(items.order);
        for (const key of Array.from(trees.keys())) if (!known.has(key)) trees.delete(key);
      }
      return {
        name,
        items: fresh.map(([key, tree]) => ({ key, tree: kvmgrid.expand(tree, this.templates) })),
        order: items.order || null,
      };
    }
  }

  kvmgrid.Held = Held;
})();
