// SPDX-License-Identifier: Apache-2.0
// The theme: the system's, light or dark. What draws with colours of its own hears "kvmgrid:theme".
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  /** @type {Record<string, string>} */
  const NEXT = { system: "light", light: "dark", dark: "system" };

  function choice() {
    return document.documentElement.getAttribute("data-theme") || "system";
  }

  function tell() {
    document.dispatchEvent(new CustomEvent("kvmgrid:theme"));
  }

  function writeName() {
    const words = document.getElementById("shell-theme-words");
    if (words) kvmgrid.writeText(words, "Theme: " + choice());
  }

  function next() {
    const chosen = NEXT[choice()] || "system";
    if (chosen === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", chosen);
    try {
      if (chosen === "system") window.localStorage.removeItem("kvmgrid-theme");
      else window.localStorage.setItem("kvmgrid-theme", chosen);
    } catch {
      // Storage can be forbidden; the choice then lasts as long as the page.
    }
    writeName();
    tell();
  }

  document.addEventListener("click", function (event) {
    if (/** @type {Element} */ (event.target).closest("#shell-theme")) next();
  });

  // The button is there by the time that a page requests something.
  document.addEventListener("kvmgrid:request", writeName);

  // Paper is light. Style sheets know it; what draws with colours of its own has to draw anew.
  /** @type {string | null} */
  let onScreen = null;

  window.addEventListener("beforeprint", function () {
    onScreen = choice();
    document.documentElement.setAttribute("data-theme", "light");
    tell();
  });

  window.addEventListener("afterprint", function () {
    if (onScreen === "system" || onScreen === null) document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", onScreen);
    tell();
  });

  dark.addEventListener("change", function () {
    if (choice() === "system") tell();
  });
})();
