// SPDX-License-Identifier: Apache-2.0
// Live or paused: the button, the space bar, and pages that are out of sight.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  let isPaused = false;

  kvmgrid.isPaused = () => isPaused;

  /** @param {boolean} isWanted */
  function setPaused(isWanted) {
    isPaused = isWanted;
    const button = document.getElementById("shell-live");
    if (button) {
      button.textContent = isPaused ? "Paused" : "Live";
      button.classList.toggle("live--paused", isPaused);
      button.title = isPaused ? "Go on (space)" : "Pause (space)";
    }
    if (isPaused) kvmgrid.expectNoAnswer();
    else kvmgrid.requestNow();
  }

  document.addEventListener("click", function (event) {
    if (/** @type {Element} */ (event.target).closest("#shell-live")) setPaused(!isPaused);
  });

  document.addEventListener("keydown", function (event) {
    // A list of AG Grid, for instance, takes the key for itself.
    if (event.defaultPrevented) return;
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/** @type {Element} */ (event.target).closest("input, button, a, summary, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    setPaused(!isPaused);
  });

  document.addEventListener("visibilitychange", function () {
    kvmgrid.expectNoAnswer();
    kvmgrid.forgetPending();
    if (!document.hidden && !isPaused) kvmgrid.requestNow();
  });
})();
