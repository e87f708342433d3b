// SPDX-License-Identifier: Apache-2.0
// The chart of the host page: reports how it is shown beside each request, and draws what came.
(function () {
  "use strict";
  const kvmgrid = (window.kvmgrid = window.kvmgrid || {});

  const shown = { place: null, figure: "", hidden: new Set(), isTable: false, hasFollowedHash: false };
  kvmgrid.hostPage = shown;

  // A finger scrolls the page; a chart that zooms by dragging would hold it.
  const coarse = window.matchMedia("(pointer: coarse)");

  function begin(place) {
    const hidden = new Set(place.closest(".chart").dataset.hidden.split(" "));
    Object.assign(shown, { place, figure: "", hidden, isTable: false, hasFollowedHash: false });
    kvmgrid.shownRange = null;
    kvmgrid.forgetZooms();
    kvmgrid.clearPointer();
  }

  document.addEventListener("kvmgrid:request", function (event) {
    const place = event.target.querySelector("#host-chart");
    if (!place) return;
    if (place !== shown.place) begin(place);
    const data = {
      theme: kvmgrid.theme(),
      is_touch: coarse.matches,
      width_pixels: Math.min(8000, Math.max(200, Math.round(place.clientWidth) || 1200)),
      hidden: Array.from(shown.hidden),
      is_table: shown.isTable,
      figure: shown.figure,
    };
    window.dash_clientside.set_props("host-chart-view", { data });
  });

  document.addEventListener("kvmgrid:theme", () => kvmgrid.nudge());

  function drawChart(figure, name) {
    const place = document.getElementById("host-chart");
    if (!place || typeof name !== "string") return;
    shown.figure = name;
    place.closest(".chart").hidden = !name;
    kvmgrid.drawLegends(figure);
    if (!shown.hasFollowedHash) {
      // The chart above what the address names has its height now.
      shown.hasFollowedHash = true;
      kvmgrid.followHash();
    }
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("#host-table-switch");
    if (!button) return;
    shown.isTable = !shown.isTable;
    button.textContent = shown.isTable ? "Hide table" : "Show as table";
    button.setAttribute("aria-expanded", String(shown.isTable));
    kvmgrid.nudge();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { host: { drawChart } });
})();
