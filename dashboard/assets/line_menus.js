// SPDX-License-Identifier: Apache-2.0
// The lists above a chart that say what its lines are: they write into the address (line=p95, vs=-7d) and show what it says.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const SELECTOR = "[data-line-menu]";

  /** @param {HTMLSelectElement} menu */
  function show(menu) {
    const wanted = new URLSearchParams(window.location.search).get(menu.dataset.lineMenu || "") || "";
    const has = (/** @type {string} */ value) => Array.from(menu.options).some((option) => option.value === value);
    // Any length of time can stand in the address.
    if (!has(wanted)) menu.add(new Option(wanted.replace(/^-/, "") + " before", wanted));
    if (menu.value !== wanted) menu.value = wanted;
  }

  function showAll() {
    for (const menu of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll(SELECTOR))) show(menu);
  }

  kvmgrid.onAddress(showAll);
  // Also at the first request, when the lists are new.
  document.addEventListener("kvmgrid:request", showAll);

  document.addEventListener("change", function (event) {
    const menu = event.target;
    if (!(menu instanceof HTMLSelectElement) || !menu.matches(SELECTOR)) return;
    kvmgrid.goWith({ [menu.dataset.lineMenu || ""]: menu.value || null });
  });
})();
