// SPDX-License-Identifier: Apache-2.0
// The range of a page lives in the URL; this writes choices into it and marks what it says.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  // The ranges before each zoom, for the double click; the browser's back button keeps its own.
  /** @type {string[]} */
  const earlier = [];

  function parameters() {
    return new URLSearchParams(window.location.search);
  }

  /**
   * @param {number} startSeconds
   * @param {number} endSeconds
   */
  function fixed(startSeconds, endSeconds) {
    kvmgrid.goWith({ from: String(Math.round(startSeconds * 1000)), to: String(Math.round(endSeconds * 1000)) });
  }

  // The ranges of one page say nothing to another one.
  kvmgrid.onAddress(() => markRange());
  let path = window.location.pathname;

  kvmgrid.onAddress(function () {
    if (window.location.pathname === path) return;
    path = window.location.pathname;
    earlier.length = 0;
    kvmgrid.shownRange = null;
  });

  kvmgrid.zoomTo = function (startSeconds, endSeconds) {
    earlier.push(window.location.search);
    fixed(startSeconds, endSeconds);
  };

  window.addEventListener("popstate", function () {
    if (earlier.length && earlier[earlier.length - 1] === window.location.search) earlier.pop();
  });

  kvmgrid.zoomBack = function () {
    if (earlier.length) kvmgrid.go(window.location.pathname + earlier.pop());
    else zoomOut(2);
  };

  function shown() {
    return kvmgrid.shownRange || null;
  }

  /** @param {number} factor */
  function zoomOut(factor) {
    const range = shown();
    if (!range) return;
    const half = ((range.end - range.start) * factor) / 2;
    const centre = (range.start + range.end) / 2;
    const now = kvmgrid.serverNow() / 1000;
    const end = Math.min(centre + half, now);
    fixed(end - 2 * half, end);
  }

  /** @param {number} direction */
  function shift(direction) {
    const range = shown();
    if (!range) return;
    const step = ((range.end - range.start) / 2) * direction;
    fixed(range.start + step, range.end + step);
  }

  /**
   * @param {HTMLFormElement} form
   * @returns {{ from: HTMLInputElement, to: HTMLInputElement }}
   */
  function fieldsOf(form) {
    return /** @type {any} */ (form.elements);
  }

  function markRange() {
    const bar = /** @type {HTMLElement | null} */ (document.querySelector(".range-bar"));
    if (!bar) return kvmgrid.sayPast(false);
    const from = parameters().get("from") || bar.dataset.defaultFrom || "";
    const to = parameters().get("to") || bar.dataset.defaultTo || "";
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll("[data-from]"));
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.from === from && to === "now"));
    }
    const form = bar.querySelector("form");
    if (form && !form.contains(document.activeElement)) {
      const fields = fieldsOf(form);
      fields.from.value = readable(from);
      fields.to.value = readable(to);
    }
    const isPast = kvmgrid.endsInPast(to, kvmgrid.serverNow());
    kvmgrid.sayPast(isPast);
    bar.querySelector("[data-live]")?.toggleAttribute("hidden", !isPast && to === "now");
    const isUtc = (parameters().get("tz") || "").toLowerCase() === "utc";
    bar.querySelector("[data-zone-switch]")?.setAttribute("aria-pressed", String(isUtc));
  }

  // What the address asks for may not be drawn yet.
  function wantedSeconds() {
    const wanted = parameters();
    const range = shown();
    const seconds = kvmgrid.lengthOf(wanted.get("from") || "", wanted.get("to") || "now", kvmgrid.serverNow());
    return seconds || (range && range.end - range.start);
  }

  // The range that ends now and is as long as this one.
  kvmgrid.goLive = function () {
    const seconds = wantedSeconds();
    kvmgrid.goWith({ from: seconds ? "now-" + kvmgrid.lengthText(seconds) : null, to: seconds ? "now" : null });
  };

  // Also at the first request, when the bar is new; a choice is one at once.
  document.addEventListener("kvmgrid:request", markRange);

  /** @param {string} text */
  function readable(text) {
    return /^\d{11,14}$/.test(text) ? kvmgrid.clock(Number(text)) : text;
  }

  document.addEventListener("click", function (event) {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest(".range-bar button"));
    if (!button) return;
    const data = button.dataset;
    if (data.from) kvmgrid.goWith({ from: data.from, to: "now" });
    else if (data.shift) shift(Number(data.shift));
    else if (data.zoom) zoomOut(Number(data.zoom));
    else if (data.live) kvmgrid.goLive();
    else if (data.zoneSwitch) kvmgrid.goWith({ tz: kvmgrid.zone() === "UTC" && parameters().get("tz") ? null : "utc" });
  });

  document.addEventListener("submit", function (event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("[data-range-form]")) return;
    event.preventDefault();
    const fields = fieldsOf(form);
    kvmgrid.goWith({ from: fields.from.value.trim() || null, to: fields.to.value.trim() || null });
  });
})();
