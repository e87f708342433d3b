// SPDX-License-Identifier: Apache-2.0
// The texts of a range in an address, without a page: whether it ends before now, how long it is, links to it.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const SHORTEST_SECONDS = 10;
  const COUNT_MAX = 999999;
  const RELATIVE = /^now(?:-(\d{1,6})([smhdwMy]))?$/;
  /** As dashboard/timerange.py has them. @type {Record<string, number>} */
  const SECONDS = { s: 1, m: 60, h: 3600, d: 86400, w: 604800, M: 30 * 86400, y: 365 * 86400 };
  /** @type {[string, number][]} */
  const UNITS = [
    ["y", 365 * 86400],
    ["d", 86400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ];

  /**
   * Returns whether a range ends before now, by the text of its end. One that is rounded up ends later.
   * @param {string} toText
   * @param {number} nowMs
   */
  kvmgrid.endsInPast = function (toText, nowMs) {
    if (toText.startsWith("now-")) return !toText.includes("/");
    if (toText.startsWith("now")) return false;
    return (/^\d{11,14}$/.test(toText) ? Number(toText) : Date.parse(toText)) < nowMs;
  };

  /**
   * @param {string} text
   * @param {number} nowMs
   * @returns {number} seconds from now; NaN where that needs a zone
   */
  function fromNow(text, nowMs) {
    const relative = RELATIVE.exec(text);
    if (relative) return relative[1] ? -Number(relative[1]) * SECONDS[relative[2]] : 0;
    return /^\d{11,14}$/.test(text) ? (Number(text) - nowMs) / 1000 : NaN;
  }

  /**
   * Returns how many seconds a range has by its texts; null where they do not tell it without a zone.
   * @param {string} fromText
   * @param {string} toText
   * @param {number} nowMs
   */
  kvmgrid.lengthOf = function (fromText, toText, nowMs) {
    const seconds = fromNow(toText, nowMs) - fromNow(fromText, nowMs);
    return seconds > 0 ? seconds : null;
  };

  /**
   * Returns a length in the greatest unit of which it is a whole number: 1h, 7d, 5400s.
   * @param {number} seconds
   */
  kvmgrid.lengthText = function (seconds) {
    const whole = Math.max(SHORTEST_SECONDS, Math.round(seconds));
    const exact = /** @type {[string, number]} */ (UNITS.find(([, size]) => whole % size === 0));
    if (whole / exact[1] <= COUNT_MAX) return whole / exact[1] + exact[0];
    return Math.round(whole / 60) + "m";
  };

  /**
   * Returns the query of a link to what is shown. "moving" keeps the texts, and is null where none of them moves; "fixed" has
   * the instants, and is null where none are shown.
   * @param {string} search
   * @param {string} kind
   * @param {kvmgrid.Range | null} range
   */
  kvmgrid.linkSearch = function (search, kind, range) {
    const wanted = new URLSearchParams(search);
    if (kind === "moving") {
      const texts = ["from", "to"].map((name) => wanted.get(name) || "now");
      return texts.some((text) => text.startsWith("now")) ? search : null;
    }
    if (!range) return null;
    wanted.set("from", String(Math.round(range.start * 1000)));
    wanted.set("to", String(Math.round(range.end * 1000)));
    return "?" + wanted.toString();
  };
})();
