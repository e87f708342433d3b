// SPDX-License-Identifier: Apache-2.0
// Small lines in the cells of a table: what a cell shows is asked for once it is drawn, after the rows, for all cells at once.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /**
   * @typedef {object} Line
   * @property {(number | null)[]} values by the hour
   * @property {number} at when it came, in milliseconds
   */

  const COUNT_MAX = 100;
  const PAUSE_MS = 200;
  const FRESH_MS = 300000;
  // After an answer without lines the next question waits.
  const PATIENCE_MS = 10000;
  const HEIGHT = 20;

  /** By address and key. @type {Map<string, Line>} */
  const known = new Map();
  /** What is to be asked, by address. @type {Map<string, Set<string>>} */
  const wanted = new Map();
  /** What is drawn anew when lines come. @type {Set<() => void>} */
  const listeners = new Set();
  let isWaiting = false;
  let quietUntil = 0;

  /**
   * @param {string} path
   * @param {string[]} keys
   */
  async function load(path, keys) {
    try {
      const answer = await fetch(path + "?keys=" + keys.map(encodeURIComponent).join(","));
      if (answer.status !== 200) throw new Error(answer.statusText);
      for (const [key, values] of Object.entries(await answer.json())) known.set(path + key, { values, at: Date.now() });
    } catch {
      // Rows go on without lines.
      quietUntil = Date.now() + PATIENCE_MS;
    }
  }

  async function ask() {
    for (const [path, keys] of Array.from(wanted)) {
      wanted.delete(path);
      const all = Array.from(keys);
      for (let first = 0; first < all.length; first += COUNT_MAX) await load(path, all.slice(first, first + COUNT_MAX));
    }
    isWaiting = false;
    for (const draw of Array.from(listeners)) draw();
  }

  /**
   * Returns the line of a row if it is known, and has it asked for if it is not, or is old.
   * @param {string} path
   * @param {string} key
   */
  function lineOf(path, key) {
    const line = known.get(path + key);
    if (Date.now() < quietUntil || (line && Date.now() - line.at < FRESH_MS)) return line;
    const keys = wanted.get(path) || new Set();
    wanted.set(path, keys.add(key));
    if (!isWaiting) window.setTimeout(ask, PAUSE_MS);
    isWaiting = true;
    return line;
  }

  /**
   * Returns the path of a line from 0 to 1: hours of which nothing is known break it.
   * @param {(number | null)[]} values
   */
  kvmgrid.linePath = function (values) {
    let isBroken = true;
    return values
      .map(function (value, hour) {
        if (value === null) {
          isBroken = true;
          return "";
        }
        const place = hour + " " + ((1 - Math.min(1, Math.max(0, value))) * HEIGHT).toFixed(1);
        // An hour with a gap on both sides would not be seen.
        const step = isBroken ? "M" + place + "h0.5" : "L" + place;
        isBroken = false;
        return step;
      })
      .join("");
  };

  /** @param {tables.Params} params */
  function CellLine({ data, colDef }) {
    const React = /** @type {any} */ (window).React;
    const [, draw] = React.useReducer((/** @type {number} */ count) => count + 1, 0);
    React.useEffect(function () {
      listeners.add(draw);
      return () => listeners.delete(draw);
    }, []);
    if (!data || data.is_gone) return null;
    const line = lineOf(colDef.context.lines || "", data.id || data.host);
    if (!line) return null;
    const values = /** @type {number[]} */ (line.values.filter((value) => value !== null));
    // What is off has a dash, as its figures.
    if (!values.length) return React.createElement("span", { className: "quiet" }, data.state_name === "shut off" ? "–" : "none yet");
    const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => kvmgrid.writeValue("ratio", value));
    const hours = line.values.length - 1;
    const words = `hours of the last day: ${least} to ${most}`;
    return React.createElement(
      "svg",
      { className: "cell-line", viewBox: `0 0 ${hours} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
      React.createElement("title", {}, words),
      React.createElement("path", { d: `M0 ${HEIGHT}H${hours}`, className: "cell-line__ground" }),
      React.createElement("path", { d: kvmgrid.linePath(line.values), className: "cell-line__line" })
    );
  }

  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, { CellLine });
})();
