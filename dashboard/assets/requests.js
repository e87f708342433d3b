// SPDX-License-Identifier: Apache-2.0
// When a component requests news: at its period, one request at a time, none while paused or out of sight; at
// once when the user did something or the page has just opened. An answer that was overtaken is dropped.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  // One count for all: an answer to a page that is gone is told by its number.
  let lastNumber = 0;
  /** @type {Set<Requests>} */
  const open = new Set();

  class Requests {
    /** @param {(number: number, isForced: boolean) => void} send */
    constructor(send) {
      this.send = send;
      this.answered = lastNumber;
      this.pendingSince = null;
      open.add(this);
    }

    close() {
      open.delete(this);
    }

    /** @param {boolean} isForced the user waits for it */
    ask(isForced) {
      const now = performance.now();
      if (!isForced) {
        if (kvmgrid.isPaused() || document.hidden) return;
        if (this.pendingSince !== null && now - this.pendingSince < kvmgrid.patienceMs()) return;
      }
      this.pendingSince = now;
      kvmgrid.expectAnswer();
      lastNumber += 1;
      this.send(lastNumber, isForced);
    }

    /** @param {number} number */
    isOpen(number) {
      return this.answered < number;
    }

    /**
     * Returns whether an answer is news: neither drawn already nor overtaken by a later one.
     * @param {contract.Update} update
     */
    receive(update) {
      if (!this.isOpen(update.number)) return false;
      this.answered = update.number;
      this.pendingSince = null;
      kvmgrid.expectNoAnswer();
      return true;
    }
  }

  kvmgrid.Requests = Requests;

  kvmgrid.requestNow = function () {
    for (const requests of open) requests.ask(true);
  };

  kvmgrid.forgetPending = function () {
    for (const requests of open) requests.pendingSince = null;
  };
})();
