// SPDX-License-Identifier: Apache-2.0
// Sets the chosen theme before the first paint; without a choice the style sheet follows the system.
(function () {
  "use strict";
  try {
    const choice = window.localStorage.getItem("kvmgrid-theme");
    if (choice === "light" || choice === "dark") {
      document.documentElement.setAttribute("data-theme", choice);
    }
  } catch {
    // Storage can be forbidden; the system's theme is right then.
  }
})();
