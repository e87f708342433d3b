// SPDX-License-Identifier: Apache-2.0
// Numbers for people: the same words as dashboard/units.py, which a test compares.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));
  const GAP = "\u00a0";
  const IEC = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
  const SI = ["", "k", "M", "G", "T", "P", "E"];

  /** @param {number} value */
  function significant(value) {
    if (value === 0) return "0";
    const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
    if (digits <= 0) return String(Math.round(value));
    const text = value.toFixed(Math.min(digits, 6));
    return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  }

  /**
   * @param {number} value
   * @param {number} step
   * @param {string[]} prefixes
   * @param {string} unit
   */
  function scaled(value, step, prefixes, unit) {
    let scaledValue = value;
    let power = 0;
    while (Math.abs(scaledValue) >= 999.5 && power < prefixes.length - 1) {
      scaledValue /= step;
      power += 1;
    }
    return significant(scaledValue) + GAP + prefixes[power] + unit;
  }

  /** @type {Record<string, (value: number) => string>} */
  const WRITERS = {
    ratio(value) {
      const percent = value * 100;
      if (percent > 0 && percent < 0.05) return "<0.1" + GAP + "%";
      return (Math.abs(percent) >= 9.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)) + GAP + "%";
    },
    cores: (value) => significant(value) + GAP + "cores",
    bytes: (value) => scaled(value, 1024, IEC, "B"),
    bytes_per_second: (value) => scaled(value, 1024, IEC, "B/s"),
    bits_per_second: (value) => scaled(value * 8, 1000, SI, "bit/s"),
    per_second: (value) => scaled(value, 1000, SI, "/s"),
    seconds(value) {
      if (value === 0) return "0" + GAP + "ms";
      if (Math.abs(value) * 1e6 < 999.5) return significant(value * 1e6) + GAP + "µs";
      if (Math.abs(value) * 1e3 < 999.5) return significant(value * 1e3) + GAP + "ms";
      return significant(value) + GAP + "s";
    },
    celsius: (value) => value.toFixed(0) + GAP + "°C",
    count: significant,
  };

  kvmgrid.UNKNOWN_VALUE = "n/a";

  /**
   * Writes a value of a unit of charts/panel.py or components/table.py.
   * @param {string} unit
   * @param {number} value
   * @returns {string}
   */
  kvmgrid.writeValue = function (unit, value) {
    return Number.isFinite(value) ? WRITERS[unit](value) : kvmgrid.UNKNOWN_VALUE;
  };
})();
