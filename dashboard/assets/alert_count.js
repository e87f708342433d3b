// SPDX-License-Identifier: Apache-2.0
// How many alerts fire, behind the page Alerts in the bar. Asked for beside the requests of the page, so that a page that is
// paused asks for neither. What is not known is not shown.
(function () {
  "use strict";

  const ADDRESS = "/files/alert-count.json";
  const PAGE = 'header nav a[href="/alerts"]';
  const PERIOD_MS = 5000;

  let askedAt = -PERIOD_MS;

  /** @param {{ firing: number, critical: number } | null} count */
  function write(count) {
    const link = document.querySelector(PAGE);
    if (!link) return;
    const old = link.querySelector(".nav-count");
    if (!count || !count.firing) return old && old.remove();
    const shown = old || link.appendChild(document.createElement("span"));
    shown.className = count.critical ? "nav-count nav-count--critical" : "nav-count";
    const words = count.firing + " firing" + (count.critical ? ", " + count.critical + " critical" : "");
    if (shown.textContent === words) return;
    shown.textContent = words;
  }

  async function ask() {
    const now = performance.now();
    if (now - askedAt < PERIOD_MS) return;
    askedAt = now;
    try {
      const answer = await fetch(ADDRESS);
      write(answer.status === 200 ? await answer.json() : null);
    } catch {
      // The banner says that the dashboard does not answer.
      write(null);
    }
  }

  document.addEventListener("kvmgrid:request", ask);
})();
