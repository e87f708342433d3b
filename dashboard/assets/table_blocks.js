// SPDX-License-Identifier: Apache-2.0
// The rows of a long table: AG Grid asks for them in blocks as they come into sight, and those in sight are
// refreshed in their places. The order of the rows is the server's; another one makes the table forget its rows.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  // What is in sight is asked for in steps of so many rows, so that viewers of like windows ask alike.
  const STEP = 20;
  const SIGHT_MAX = 200;

  class TableBlocks {
    /**
     * @param {Element} root what the page's table is in
     * @param {() => void} ask requests at once
     */
    constructor(root, ask) {
      this.root = root;
      this.ask = ask;
      this.order = "";
      this.total = 0;
      this.search = "";
      /** The first rows of the order, until AG Grid asks for them. @type {object[] | null} */
      this.first = null;
      /** What AG Grid waits for, by the first row. @type {Map<number, tables.BlockParams>} */
      this.pending = new Map();
      /** Of the rows in sight: which they are, and their digest. */
      this.sight = { place: "", digest: "" };
      /** The newest block that no table was there for. @type {contract.Block | null} */
      this.waiting = null;
      this.press = (/** @type {Event} */ event) => this.follow(/** @type {Element} */ (event.target));
      root.addEventListener("click", this.press);
    }

    close() {
      this.waiting = null;
      this.root.removeEventListener("click", this.press);
    }

    // Before its own source is there, that of dash-ag-grid would take the place of ours.
    /** @returns {tables.Grid | null} */
    grid() {
      const table = this.root.querySelector(".live-table");
      const grid = table && kvmgrid.gridOf(table.id);
      return grid && grid.getGridOption("datasource") ? grid : null;
    }

    /** @param {Element} target */
    follow(target) {
      if (target.closest("[data-table-all]")) kvmgrid.goWith({ q: null });
      if (!target.closest("[data-table-again]")) return;
      this.order = "";
      this.ask();
    }

    /** @returns {contract.BlockWanted | undefined} */
    wanted() {
      const grid = this.grid();
      if (!grid) return undefined;
      // The one asked for last is the one in sight.
      const pending = Array.from(this.pending.values()).pop();
      if (pending) return { order: this.order, start: pending.startRow, count: pending.endRow - pending.startRow, digest: "" };
      const first = Math.max(0, grid.getFirstDisplayedRowIndex());
      const start = first - (first % STEP);
      const rows = grid.getLastDisplayedRowIndex() + 1 - start;
      const count = Math.max(0, Math.min(SIGHT_MAX, Math.ceil(rows / STEP) * STEP));
      const digest = this.sight.place === start + "+" + count ? this.sight.digest : "";
      this.sight = { place: start + "+" + count, digest };
      return { order: this.order, start, count, digest };
    }

    /** @param {contract.Update} update */
    show(update) {
      if (!update.block) return;
      this.waiting = null;
      if (this.apply(update.block)) return;
      this.waiting = update.block;
      this.await(update.block);
    }

    /** @param {contract.Block} block */
    await(block) {
      window.requestAnimationFrame(() => {
        if (this.waiting !== block) return;
        if (this.apply(block)) this.waiting = null;
        else this.await(block);
      });
    }

    /** @param {contract.Block} block */
    apply(block) {
      const grid = this.grid();
      if (!grid) return false;
      const asked = this.pending.get(block.start);
      if (block.order !== this.order) this.take(grid, block);
      else if (asked) this.answer(asked, block);
      else this.refresh(grid, block);
      return true;
    }

    /**
     * @param {tables.Grid} grid
     * @param {contract.Block} block
     */
    take(grid, block) {
      const isElsewhere = this.order === "" || this.search !== window.location.search;
      this.search = window.location.search;
      this.order = block.order;
      this.total = block.total;
      this.first = block.rows;
      this.sight = { place: "", digest: "" };
      for (const params of this.pending.values()) params.failCallback();
      this.pending.clear();
      kvmgrid.followTableAddress(grid);
      grid.setGridOption("datasource", { getRows: (/** @type {tables.BlockParams} */ params) => this.read(params, block.order) });
      // At once: whoever looks at rows far down stays there when the dashboard has only started anew.
      grid.setRowCount(block.total, true);
      if (isElsewhere && block.total) grid.ensureIndexVisible(0, "top");
    }

    /**
     * @param {tables.BlockParams} params
     * @param {string} order
     */
    read(params, order) {
      if (order !== this.order) params.failCallback();
      else if (params.startRow === 0 && this.first) {
        const rows = this.first.slice(0, params.endRow);
        this.first = null;
        params.successCallback(rows, this.total);
      } else {
        this.pending.set(params.startRow, params);
        this.ask();
      }
    }

    /**
     * @param {tables.BlockParams} params
     * @param {contract.Block} block
     */
    answer(params, block) {
      this.pending.delete(block.start);
      params.successCallback(block.rows, this.total);
      if (this.pending.size) this.ask();
    }

    /**
     * @param {tables.Grid} grid
     * @param {contract.Block} block
     */
    refresh(grid, block) {
      this.sight.digest = block.digest;
      for (const row of /** @type {tables.Row[]} */ (/** @type {unknown} */ (block.rows))) {
        const node = grid.getRowNode(String(row.id));
        // Of a VM that is gone only the key is told.
        if (node && node.data) node.updateData(row.is_gone ? { ...node.data, is_gone: true } : row);
      }
    }
  }

  kvmgrid.TableBlocks = TableBlocks;
})();
