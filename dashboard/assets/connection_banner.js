// SPDX-License-Identifier: Apache-2.0
// The banner: what an answer says is wrong, and that no answer comes.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** Since when a request waits for the first answer (performance.now()), null while none does. */
  let unansweredSince = /** @type {number | null} */ (null);
  let isLostSaid = false;

  // How long an answer may take: until then a request blocks the next ones, afterwards the connection
  // counts as lost. The dashboard answers before that, if only that the database is slow.
  kvmgrid.patienceMs = function () {
    const shell = /** @type {HTMLElement | null} */ (document.querySelector("[data-lost-after-seconds]"));
    return Number(shell && shell.dataset.lostAfterSeconds) * 1000 || 15000;
  };

  kvmgrid.expectAnswer = function () {
    if (unansweredSince === null) unansweredSince = performance.now();
  };

  kvmgrid.expectNoAnswer = function () {
    unansweredSince = null;
  };

  /** @param {contract.Tree | null} tree */
  kvmgrid.showBanner = function (tree) {
    const place = document.getElementById("shell-banner");
    if (!place) return;
    kvmgrid.morph(place, tree ? [tree] : []);
    kvmgrid.writeTimes(place);
    isLostSaid = false;
  };

  // Said once an outage: the place of the banner is read aloud whenever its words change.
  window.setInterval(function () {
    if (unansweredSince === null || kvmgrid.isPaused() || document.hidden) return;
    const waited = performance.now() - unansweredSince;
    if (waited <= kvmgrid.patienceMs() || isLostSaid) return;
    const since = new Date(kvmgrid.serverNow() - waited).toISOString();
    kvmgrid.showBanner([
      "p",
      { class: "banner" },
      ["strong", {}, "No answer from the dashboard"],
      " since ",
      ["time", { class: "clock", datetime: since }],
      ". Trying again by itself; what is shown is older.",
    ]);
    isLostSaid = true;
  }, 1000);
})();
