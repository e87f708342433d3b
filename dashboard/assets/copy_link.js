// SPDX-License-Identifier: Apache-2.0
// Copies a link to what is shown, with times that move on or with fixed ones. A page over plain HTTP has no clipboard: then
// the link stands in the field beside it, selected.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const SELECTOR = ".copy-link";

  /** @param {string} kind */
  function linkOf(kind) {
    const search = kvmgrid.linkSearch(window.location.search, kind, kvmgrid.shownRange);
    return search === null ? null : window.location.origin + window.location.pathname + search;
  }

  /** @param {string} link */
  async function write(link) {
    try {
      await navigator.clipboard.writeText(link);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {HTMLElement} button */
  async function copy(button) {
    const place = /** @type {HTMLElement} */ (button.closest(SELECTOR));
    const field = /** @type {HTMLInputElement} */ (place.querySelector("input"));
    const words = /** @type {HTMLElement} */ (place.querySelector("[role=status]"));
    const link = linkOf(button.dataset.copyLink || "");
    field.hidden = link === null;
    if (link === null) {
      words.textContent = button.dataset.copyLink === "moving" ? "These times are fixed." : "There is no chart yet.";
      return;
    }
    field.value = link;
    if (await write(link)) {
      words.textContent = "Copied.";
      return;
    }
    field.focus();
    field.select();
    words.textContent = "Selected: copy it with Ctrl+C.";
  }

  document.addEventListener("click", function (event) {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-copy-link]"));
    if (button) copy(button);
    // A click elsewhere closes it.
    for (const open of document.querySelectorAll(SELECTOR + "[open]")) if (!open.contains(target)) open.removeAttribute("open");
  });

  document.addEventListener("keydown", function (event) {
    const open = event.key === "Escape" && event.target instanceof Element && event.target.closest(SELECTOR + "[open]");
    if (!open) return;
    open.removeAttribute("open");
    /** @type {HTMLElement} */ (open.querySelector("summary")).focus();
  });
})();
