// SPDX-License-Identifier: Apache-2.0
// The rows that a chart holds, by column, and how an update changes them.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /**
   * @typedef {object} Held rows of one version; a column that is not known is missing
   * @property {string} series
   * @property {string} version
   * @property {Float64Array} times
   * @property {Map<string, Float32Array>} columns
   */

  /** @type {Held} */
  const NOTHING = { series: "", version: "", times: new Float64Array(0), columns: new Map() };
  kvmgrid.noRows = NOTHING;

  /**
   * Returns what a column is called: a picture names those that have no words of their own.
   * @param {{column: string, words: string}} each
   * @param {contract.Picture} picture
   */
  kvmgrid.columnWords = ({ column, words }, picture) => words || (picture.names || {})[column] || "";

  /**
   * @param {contract.TypedArray} column
   * @returns {Float32Array | Float64Array}
   */
  function decode(column) {
    const bytes = Uint8Array.from(atob(column.bdata), (letter) => letter.charCodeAt(0));
    return column.dtype === "f4" ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer);
  }

  /**
   * Returns the rows after an update; null where it builds on rows that are not held.
   * @param {Held} held
   * @param {contract.ColumnUpdate} update
   * @returns {Held | null}
   */
  kvmgrid.updateRows = function (held, update) {
    const isWhole = update.base === "";
    if (!isWhole && (update.base !== held.version || update.series !== held.series)) return null;
    const first = isWhole ? 0 : update.dropped_count;
    const keptCount = isWhole ? 0 : update.kept_count;
    const added = decode(update.times_seconds);
    const count = keptCount + added.length;
    const times = new Float64Array(count);
    times.set(held.times.subarray(first, first + keptCount));
    times.set(added, keptCount);
    const columns = new Map();
    const names = new Set(Object.keys(update.columns));
    if (keptCount) for (const name of held.columns.keys()) names.add(name);
    for (const name of names) {
      const column = new Float32Array(count).fill(NaN);
      const kept = held.columns.get(name);
      if (kept && keptCount) column.set(kept.subarray(first, first + keptCount));
      if (update.columns[name]) column.set(decode(update.columns[name]), keptCount);
      // What left the range may have been all that was known.
      if (column.some(Number.isFinite)) columns.set(name, column);
    }
    return { series: update.series, version: update.version, times, columns };
  };

  /**
   * Returns the rows with one in each gap in which nothing is known, so that no line crosses it.
   * @param {Held} held
   * @param {contract.Picture} picture
   * @returns {{times: Float64Array, columns: Map<string, Float32Array>}} an average stands in the middle of its bucket
   */
  kvmgrid.drawnRows = function (held, picture) {
    const starts = held.times;
    const shift = picture.bucket_seconds / 2;
    /** @type {number[]} */
    const breaks = [];
    for (const gap of picture.gaps) {
      const next = firstFrom(starts, gap.end_seconds);
      // Rows of an earlier time may stand in it: no line of this time leads to them.
      const isEmpty = next > 0 && starts[next - 1] + picture.bucket_seconds <= gap.start_seconds;
      if (isEmpty && next < starts.length && starts[next] === gap.end_seconds) breaks.push(next);
    }
    breaks.sort((one, other) => one - other);
    const times = spread(Float64Array, starts, breaks);
    breaks.forEach((next, count) => (times[next + count] = (starts[next - 1] + starts[next]) / 2));
    for (let index = 0; index < times.length; index += 1) times[index] += shift;
    const columns = new Map();
    for (const [name, column] of held.columns) columns.set(name, spread(Float32Array, column, breaks));
    return { times, columns };
  };

  /**
   * Copies values, with NaN before each of some places.
   * @template {Float32Array | Float64Array} Numbers
   * @param {new (length: number) => Numbers} kind
   * @param {Numbers} values
   * @param {number[]} places
   * @returns {Numbers}
   */
  function spread(kind, values, places) {
    const wide = new kind(values.length + places.length);
    let begin = 0;
    places.concat(values.length).forEach((end, count) => {
      wide.set(values.subarray(begin, end), begin + count);
      if (count < places.length) wide[end + count] = NaN;
      begin = end;
    });
    return wide;
  }

  /**
   * Returns the index of the first time that is not before an instant.
   * @param {Float64Array} times
   * @param {number} seconds
   */
  function firstFrom(times, seconds) {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Returns the index of the newest row of which more is known than what was at an earlier time, -1 where there is none.
   * @param {{times: Float64Array, columns: Map<string, Float32Array>}} rows
   */
  kvmgrid.newestRow = function ({ times, columns }) {
    const own = Array.from(columns).filter(([name]) => !name.endsWith("_before"));
    for (let row = times.length - 1; row >= 0; row -= 1) if (own.some(([, column]) => Number.isFinite(column[row]))) return row;
    return -1;
  };

  /**
   * Returns the index of the time nearest to an instant, -1 where there is none.
   * @param {Float64Array} times
   * @param {number} seconds
   */
  kvmgrid.nearestRow = function (times, seconds) {
    const next = firstFrom(times, seconds);
    if (next === 0) return times.length ? 0 : -1;
    if (next === times.length) return next - 1;
    return times[next] - seconds < seconds - times[next - 1] ? next : next - 1;
  };
})();
