// SPDX-License-Identifier: Apache-2.0
// The time axis below the panels, and the crosshair with its time. The axis sticks to the lower edge of the screen while the
// chart goes on below it; the time of the crosshair stands in the panel that the pointer is in.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const CENTRED_TO = 0.98;
  const LEFT_FROM = 0.7;
  // From here on the fractions of a second tell two samples apart.
  const FINE_RANGE_SECONDS = 120;

  /** @typedef {contract.Picture} Picture */

  /**
   * Returns where an instant lies in the range of a picture, 0 to 1.
   * @param {Picture} picture
   * @param {number} seconds
   */
  function shareOf(picture, seconds) {
    return (seconds - picture.start_seconds) / (picture.end_seconds - picture.start_seconds);
  }

  /**
   * Returns the trees of the axis's texts.
   * @param {Picture} picture
   * @returns {any[]}
   */
  kvmgrid.timeAxisTrees = function (picture) {
    return picture.ticks.map((tick) => {
      const share = shareOf(picture, tick.value);
      const side = share > CENTRED_TO ? " time-axis__text--last" : "";
      return ["span", { class: "time-axis__text" + side, style: "--at:" + share.toFixed(5) }, tick.text];
    });
  };

  /**
   * Returns what stands beside the crosshair: the time of a sample, or the bucket of an average.
   * @param {Picture} picture
   * @param {number} seconds the middle of the bucket
   */
  kvmgrid.crosshairWords = function (picture, seconds) {
    const { bucket_seconds: bucket, start_seconds: start, end_seconds: end } = picture;
    if (!bucket) return kvmgrid.clock(seconds * 1000, end - start < FINE_RANGE_SECONDS);
    return kvmgrid.clock((seconds - bucket / 2) * 1000) + " + " + kvmgrid.duration(bucket);
  };

  /**
   * Moves the crosshair to an instant, or hides it.
   * @param {HTMLElement} line
   * @param {Picture} picture
   * @param {number | null} seconds
   * @param {number} top where its time stands, in pixels from the top of the chart
   */
  kvmgrid.drawCrosshair = function (line, picture, seconds, top) {
    const share = seconds === null ? -1 : shareOf(picture, seconds);
    line.hidden = seconds === null || share < 0 || share > 1;
    if (line.hidden || seconds === null) return;
    line.style.setProperty("--at", String(share));
    line.style.setProperty("--time-top", top + "px");
    line.classList.toggle("crosshair--left", share > LEFT_FROM);
    const time = /** @type {Element} */ (line.querySelector(".crosshair__time"));
    time.textContent = kvmgrid.crosshairWords(picture, seconds);
  };
})();
