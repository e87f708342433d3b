// SPDX-License-Identifier: Apache-2.0
// Live or paused: the button, the space bar, and pages that are out of sight.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  let isPaused = false;
  // The range of the page ends before now. It may move on all the same, so that it can be paused.
  let isPast = false;

  kvmgrid.isPaused = () => isPaused;

  function say() {
    const button = document.getElementById("shell-live");
    if (!button) return;
    button.textContent = isPaused ? "Paused" : isPast ? "Past" : "Live";
    button.classList.toggle("live--paused", isPaused);
    button.classList.toggle("live--past", isPast && !isPaused);
    button.title = isPaused ? "Go on (space)" : (isPast ? "The range ends before now. " : "") + "Pause (space)";
  }

  kvmgrid.sayPast = function (isWanted) {
    if (isPast === isWanted) return;
    isPast = isWanted;
    say();
  };

  /** @param {boolean} isWanted */
  function setPaused(isWanted) {
    isPaused = isWanted;
    say();
    if (isPaused) kvmgrid.expectNoAnswer();
    else kvmgrid.requestNow();
  }

  document.addEventListener("click", function (event) {
    if (/** @type {Element} */ (event.target).closest("#shell-live")) setPaused(!isPaused);
  });

  document.addEventListener("keydown", function (event) {
    // A list of AG Grid, for instance, takes the key for itself.
    if (event.defaultPrevented || !kvmgrid.areKeysOn()) return;
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/** @type {Element} */ (event.target).closest("input, button, a, summary, select, textarea, dialog, [contenteditable]")) return;
    event.preventDefault();
    setPaused(!isPaused);
  });

  document.addEventListener("visibilitychange", function () {
    kvmgrid.expectNoAnswer();
    kvmgrid.forgetPending();
    if (!document.hidden && !isPaused) kvmgrid.requestNow();
  });
})();
