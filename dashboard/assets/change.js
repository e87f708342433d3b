// SPDX-License-Identifier: Apache-2.0
// Applies the changes of dashboard/parts/change.py to trees.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /**
   * Returns the tree that a change makes of another one, which stays as it is.
   * @param {contract.Json} old
   * @param {contract.Change | contract.Json} change
   * @returns {contract.Json}
   */
  kvmgrid.changed = function (old, change) {
    // An object in the place of an object is new attributes; in the place of a list it is the change of that list.
    if (!Array.isArray(old) || change === null || typeof change !== "object" || Array.isArray(change)) {
      return /** @type {contract.Json} */ (change);
    }
    const fresh = old.slice();
    for (const [index, part] of Object.entries(change)) fresh[Number(index)] = kvmgrid.changed(old[Number(index)], part);
    return fresh;
  };
})();
