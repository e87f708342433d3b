// SPDX-License-Identifier: Apache-2.0
// The host page: asks for the parts that differ from what it shows, and draws them.
(function () {
  "use strict";
  const kvmgrid = (window.kvmgrid = window.kvmgrid || {});
  const NO_UPDATE = () => window.dash_clientside.no_update;

  const BUSY_AFTER_MS = 300;
  const PARTS = ["head", "facts", "note", "marks", "nothing", "table", "vms", "events"];
  const shown = { host: "", parts: {}, figure: "", hidden: new Set(), isTable: false, hasFollowedHash: false };
  kvmgrid.hostPage = shown;

  // A finger scrolls the page; a chart that zooms by dragging would hold it.
  const coarse = window.matchMedia("(pointer: coarse)");

  function place(name) {
    return document.getElementById("host-" + name);
  }

  function begin(host) {
    Object.assign(shown, { host, parts: {}, figure: "", isTable: false, hasFollowedHash: false });
    kvmgrid.shownRange = null;
    kvmgrid.forgetZooms();
    kvmgrid.clearPointer();
  }

  // A question of the user that is not answered at once dims what it will change.
  function markBusy(number) {
    window.setTimeout(function () {
      const isOpen = kvmgrid.state.answered < number;
      if (isOpen && place("body")) place("body").setAttribute("aria-busy", "true");
    }, BUSY_AFTER_MS);
  }

  function ask(_beat, _search, _nudge, fixed) {
    const head = place("head");
    if (!head || !window.location.pathname.startsWith("/host/")) return NO_UPDATE();
    kvmgrid.markRange();
    const number = kvmgrid.nextNumber(kvmgrid.isForced());
    if (number === null) return NO_UPDATE();
    let host = window.location.pathname.slice("/host/".length);
    try {
      host = decodeURIComponent(host);
    } catch (error) {
      // Shown as it stands: the server will not know it.
    }
    // Another host, or the same page opened anew: its elements are new.
    if (host !== shown.host || shown.place !== head) {
      begin(host);
      shown.place = head;
      if (fixed && !place("range").firstChild) {
        kvmgrid.morph(place("range"), [fixed.range]);
        shown.hidden = new Set(fixed.hidden);
        kvmgrid.markRange();
      }
      document.title = host + " · kvmgrid";
    }
    if (kvmgrid.isForced()) markBusy(number);
    const asked = new URLSearchParams(window.location.search);
    return {
      number,
      host: host.slice(0, 63),
      start: (asked.get("from") || "").slice(0, 64),
      end: (asked.get("to") || "").slice(0, 64),
      zone: kvmgrid.zone().slice(0, 64),
      theme: kvmgrid.theme(),
      is_touch: coarse.matches,
      width_pixels: Math.min(8000, Math.max(200, Math.round(place("chart").clientWidth) || 1200)),
      hidden: Array.from(shown.hidden),
      is_table: shown.isTable,
      figure: shown.figure,
      parts: shown.parts,
    };
  }

  function draw(answer, figure) {
    if (!place("head") || !answer) return NO_UPDATE();
    if (kvmgrid.receive(answer)) apply(answer);
    kvmgrid.drawLegends(figure);
    // What it leads to is there now, and the chart above it has its height.
    if (answer.parts && !shown.hasFollowedHash) {
      shown.hasFollowedHash = true;
      kvmgrid.followHash();
    }
    return answer.number;
  }

  function apply(answer) {
    kvmgrid.nameTheme();
    const body = place("body");
    const state = place("state");
    body.removeAttribute("aria-busy");
    kvmgrid.morph(state, answer.state ? [answer.state] : []);
    body.hidden = Boolean(answer.state);
    if ("figure" in answer) shown.figure = answer.figure;
    place("chart").closest(".chart").hidden = !shown.figure && Boolean(answer.parts);
    for (const [name, part] of Object.entries(answer.parts || {})) {
      if (!PARTS.includes(name)) continue;
      kvmgrid.morph(place(name), [part.tree]);
      kvmgrid.writeTimes(place(name));
      shown.parts[name] = part.hash;
    }
    if (!shown.isTable && place("table").firstChild) {
      place("table").replaceChildren();
      delete shown.parts.table;
    }
  }

  // Clock texts depend on the zone in the URL, so all are written anew when it changes.
  window.addEventListener("popstate", () => kvmgrid.writeTimes(document));
  window.addEventListener("_dashprivate_pushstate", () => kvmgrid.writeTimes(document));

  document.addEventListener("click", function (event) {
    const button = event.target.closest("#host-table-switch");
    if (!button) return;
    shown.isTable = !shown.isTable;
    button.textContent = shown.isTable ? "Hide table" : "Show as table";
    button.setAttribute("aria-expanded", String(shown.isTable));
    kvmgrid.nudge();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { host: { ask, draw } });
})();
