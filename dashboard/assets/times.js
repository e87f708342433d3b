// SPDX-License-Identifier: Apache-2.0
// Times: ages that count up, clock texts in the zone of the address, durations in words.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const GAP = "\u00a0";

  // ---- the server's clock ------------------------------------------------------------------------------

  let offsetMs = 0;

  kvmgrid.setServerNow = function (nowMs) {
    offsetMs = nowMs - Date.now();
  };

  kvmgrid.serverNow = () => Date.now() + offsetMs;

  // ---- zones -------------------------------------------------------------------------------------------

  // Asked for at most once a second: every time on a page needs it, and the answer takes its time.
  let ownZone = /** @type {string | null} */ (null);
  /** The zone that the server took for one asked for. @type {Map<string, string>} */
  const known = new Map();

  function browserZone() {
    if (ownZone === null) ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    return ownZone;
  }

  kvmgrid.zone = function () {
    const asked = new URLSearchParams(window.location.search).get("tz");
    if (asked && asked.toLowerCase() === "utc") return "UTC";
    return asked && asked !== "browser" ? asked : browserZone();
  };

  // One clock for all of a page: that of the server, where it does not know the zone.
  kvmgrid.useZone = function (zone) {
    if (known.get(kvmgrid.zone()) === zone) return;
    known.set(kvmgrid.zone(), zone);
    kvmgrid.writeTimes(document);
  };

  // ---- words -------------------------------------------------------------------------------------------

  kvmgrid.duration = function (seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return whole + GAP + "s";
    if (whole < 3600) return Math.floor(whole / 60) + GAP + "min" + GAP + (whole % 60) + GAP + "s";
    if (whole < 86400) return Math.floor(whole / 3600) + GAP + "h" + GAP + Math.floor((whole % 3600) / 60) + GAP + "min";
    return Math.floor(whole / 86400) + GAP + "d" + GAP + Math.floor((whole % 86400) / 3600) + GAP + "h";
  };

  /** @type {Map<string, Intl.DateTimeFormat>} */
  const writers = new Map();

  // Zones change at whole quarters of an hour, all of which a text asks for.
  const QUARTER_MS = 900000;
  // Longer than any hour that comes twice, shorter than the time between two changes.
  const NEAR_MS = 3 * 3600000;
  const KNOWN_QUARTER_COUNT = 2000;
  /** By zone and quarter. @type {Map<string, string>} */
  const suffixes = new Map();

  /** @param {string} zone */
  function writerOf(zone) {
    const style = /** @type {const} */ ({ dateStyle: "short", timeStyle: "medium" });
    try {
      return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, ...style });
    } catch {
      return new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC", ...style });
    }
  }

  /**
   * Returns how far the clocks of a writer's zone are ahead of UTC.
   * @param {Intl.DateTimeFormat} writer
   * @param {number} milliseconds a whole second
   */
  function aheadMs(writer, milliseconds) {
    return Date.parse(writer.format(milliseconds).replace(" ", "T") + "Z") - milliseconds;
  }

  /**
   * Returns the difference from UTC, such as +02:00, where the clocks show the same twice; else nothing.
   * @param {Intl.DateTimeFormat} writer
   * @param {number} milliseconds a whole second
   */
  function offsetText(writer, milliseconds) {
    const ahead = aheadMs(writer, milliseconds);
    const [before, after] = [-NEAR_MS, NEAR_MS].map((distance) => aheadMs(writer, milliseconds + distance));
    if (before <= after) return "";
    const other = milliseconds + (ahead === before ? before - after : after - before);
    if (aheadMs(writer, other) === ahead) return "";
    const minutes = Math.abs(ahead) / 60000;
    const [whole, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
    return (ahead < 0 ? "-" : "+") + whole + ":" + rest;
  }

  kvmgrid.clock = function (milliseconds, hasFractions) {
    const zone = known.get(kvmgrid.zone()) || kvmgrid.zone();
    let writer = writers.get(zone);
    if (!writer) {
      writer = writerOf(zone);
      writers.set(zone, writer);
    }
    const quarter = Math.floor(milliseconds / QUARTER_MS);
    const key = quarter + zone;
    let suffix = suffixes.get(key);
    if (suffix === undefined) {
      if (suffixes.size >= KNOWN_QUARTER_COUNT) suffixes.clear();
      suffix = offsetText(writer, quarter * QUARTER_MS);
      suffixes.set(key, suffix);
    }
    const fractions = hasFractions ? "." + String(Math.floor(milliseconds % 1000)).padStart(3, "0") : "";
    return writer.format(milliseconds) + fractions + suffix;
  };

  // ---- elements ----------------------------------------------------------------------------------------

  // Keeps the text node, and with it a selection.
  kvmgrid.writeText = function (element, text) {
    const node = element.firstChild;
    if (!node) element.textContent = text;
    else if (node.nodeValue !== text) node.nodeValue = text;
  };

  /** @param {HTMLTimeElement} element */
  function writeAge(element) {
    const seconds = (kvmgrid.serverNow() - Date.parse(element.dateTime)) / 1000;
    const words = kvmgrid.duration(seconds).split(GAP);
    // Where room is scarce the greater unit is enough.
    const shown = element.dataset.coarse ? words.slice(0, 2) : words;
    kvmgrid.writeText(element, shown.join(GAP) + (element.dataset.suffix || ""));
  }

  /**
   * @param {Element | Document} root
   * @param {string} selector
   */
  function timesOf(root, selector) {
    return /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll(selector));
  }

  /** @param {Element | Document} root */
  kvmgrid.writeTimes = function (root) {
    kvmgrid.markStale(root);
    for (const element of timesOf(root, "time.age")) {
      writeAge(element);
      element.title = kvmgrid.clock(Date.parse(element.dateTime));
    }
    for (const element of timesOf(root, "time.clock")) {
      kvmgrid.writeText(element, kvmgrid.clock(Date.parse(element.dateTime)));
    }
  };

  window.setInterval(function () {
    ownZone = null;
    if (!document.hidden) timesOf(document, "time.age").forEach(writeAge);
  }, 1000);

  // Clock texts depend on the zone in the address, so all are written anew when it changes.
  kvmgrid.onAddress(() => kvmgrid.writeTimes(document));
})();
