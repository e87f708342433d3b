// SPDX-License-Identifier: Apache-2.0
// Which option of a list arrow keys choose, for the fields that have one (search_field.js, filter_field.js).
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /**
   * Returns the place of the option after these steps, each 1 or -1, from a place; -1 is none. The ends of the list meet.
   * @param {number} place
   * @param {number[]} steps
   * @param {number} count
   */
  kvmgrid.walkList = function (place, steps, count) {
    if (!count) return -1;
    return steps.reduce((at, step) => (at < 0 && step < 0 ? count - 1 : (at + step + count) % count), place);
  };
})();
