// SPDX-License-Identifier: Apache-2.0
// The rows of a page's table: what an update says of them goes to AG Grid as soon as that is drawn.
// The property rowTransaction of dash-ag-grid keeps every transaction for ever, so rows do not go through it.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /**
   * @param {tables.Grid} grid
   * @param {contract.RowNews} news
   */
  function apply(grid, news) {
    if (news.all) {
      grid.setGridOption("rowData", news.all);
      return;
    }
    const { add = [], update = [], remove = [] } = news;
    grid.applyTransaction({ add, update, remove: remove.flatMap((key) => grid.getRowNode(key)?.data || []) });
  }

  class TableRows {
    /**
     * @param {Element} root what the page's table is in
     * @param {(update: contract.Update) => void} shown takes feed and cursor of rows that were shown later
     */
    constructor(root, shown) {
      this.root = root;
      this.shown = shown;
      /** The newest rows that no table was there for. @type {contract.Update | null} */
      this.waiting = null;
    }

    close() {
      this.waiting = null;
    }

    /**
     * Shows the rows of an update, or waits for the table; returns what of the update holds now.
     * @param {contract.Update} update
     * @returns {contract.Update}
     */
    show(update) {
      if (!update.rows) return update;
      this.waiting = null;
      if (this.apply(update.rows)) return update;
      this.waiting = update;
      this.await(update);
      // The next answer has all rows again.
      return { ...update, cursor: 0 };
    }

    /** @param {contract.RowNews} news */
    apply(news) {
      const table = this.root.querySelector(".live-table");
      const grid = table && kvmgrid.gridOf(table.id);
      if (grid) {
        kvmgrid.followTableAddress(grid);
        apply(grid, news);
      }
      return Boolean(grid);
    }

    /** @param {contract.Update} update */
    await(update) {
      window.requestAnimationFrame(() => {
        if (this.waiting !== update || !update.rows) return;
        if (!this.apply(update.rows)) {
          this.await(update);
          return;
        }
        this.waiting = null;
        const { number, now_ms, feed, cursor } = update;
        this.shown({ number, now_ms, feed, cursor });
      });
    }
  }

  kvmgrid.TableRows = TableRows;
})();
