// SPDX-License-Identifier: Apache-2.0
// What is shown grows stale by itself: while paused, and while no answer comes. The next answer that has
// news for the element writes it anew.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const UNKNOWN = "unknown";

  /** @param {HTMLElement} element */
  function mark(element) {
    if (kvmgrid.serverNow() <= Date.parse(element.dataset.staleAt || "")) return;
    element.classList.add("is-stale");
    const circle = element.querySelector(".health");
    if (circle) circle.setAttribute("aria-label", "health " + UNKNOWN);
    for (const score of element.querySelectorAll(".health__score")) kvmgrid.writeText(score, "?");
    for (const word of element.querySelectorAll(".state-word")) kvmgrid.writeText(word, UNKNOWN);
  }

  /** @param {Element | Document} root */
  kvmgrid.markStale = function (root) {
    if (root instanceof HTMLElement && root.dataset.staleAt) mark(root);
    const marked = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-stale-at]"));
    marked.forEach(mark);
  };

  window.setInterval(function () {
    if (!document.hidden) kvmgrid.markStale(document);
  }, 1000);
})();
