// SPDX-License-Identifier: Apache-2.0
// What cells of tables show beyond a text: React elements, so that what hosts and VMs say is never markup.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const e = window.React.createElement;

  /** @param {tables.Params} params */
  function HostLink({ data, value }) {
    const link = e("a", { href: "/host/" + encodeURIComponent(data.host), key: "link" }, value);
    const badge = data.is_simulated ? e("span", { className: "badge", key: "badge" }, "simulated") : null;
    return e("span", { className: "cell-link" }, link, badge);
  }

  // A word and a shape: neither depends on its colour.
  /** @param {tables.Params} params */
  function HealthState({ value }) {
    return e(
      "span",
      { className: "cell-state" },
      e("span", { className: "dot dot--" + value, "aria-hidden": "true" }),
      e("span", { className: "state-word state-word--" + value }, value)
    );
  }

  /** @param {tables.Params} params */
  function RunningOfAll({ data, value }) {
    const { domain_count: count } = data;
    if (count === 0) return "none";
    const running = value === null || value === undefined ? kvmgrid.UNKNOWN_VALUE : value;
    return count === undefined ? running : `${running} of ${count}`;
  }

  // Its text is not React's: times.js lets it count up.
  /** @param {tables.Params} params */
  function Age({ data }) {
    if (!data || data.is_gone) return "";
    if (data.sampled_at === undefined) return "no sample yet";
    /** @param {HTMLElement | null} element */
    const write = (element) => element && element.parentElement && kvmgrid.writeTimes(element.parentElement);
    const time = e("time", { className: "age", dateTime: data.sampled_at, "data-suffix": " ago", ref: write });
    const late = data.freshness === "late" ? e("span", { className: "host-card__late" }, "late, ") : null;
    return e("span", {}, late, time);
  }

  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    HostLink,
    HealthState,
    RunningOfAll,
    Age,
  });
})();
