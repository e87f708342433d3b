// SPDX-License-Identifier: Apache-2.0
// Copies the command beside a button.
(function () {
  "use strict";

  document.addEventListener("click", function (event) {
    const target = /** @type {Element} */ (event.target);
    const copy = /** @type {HTMLElement | null} */ (target.closest("[data-copy]"));
    if (!copy) return;
    const byHand = () => (copy.textContent = "Copy by hand");
    // A page over plain HTTP has no clipboard.
    if (!navigator.clipboard) byHand();
    else navigator.clipboard.writeText(copy.dataset.copy || "").then(() => (copy.textContent = "Copied"), byHand);
  });
})();
