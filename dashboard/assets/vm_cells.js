// SPDX-License-Identifier: Apache-2.0
// What cells of the table of VMs show: React elements, so that what VMs say is never markup.
// Off is a dash, what is not known is n/a, a VM of a silent host is hatched and its state unknown; 0 is 0.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const e = window.React.createElement;
  const OFF = "shut off";
  const UNKNOWN = "unknown";
  // A guest reports its memory every few seconds when asked to.
  const OLD_MEMORY_SECONDS = 60;

  // The shapes of dashboard/components/domain_mark.py, which a test compares.
  /** @type {Record<string, [string, string]>} */
  const SHAPES = {
    running: ["M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z", "good"],
    idle: ["M6 1a5 5 0 1 0 0 10zM6 1a5 5 0 0 1 0 10", "good"],
    paused: ["M2 1h3v10h-3zM7 1h3v10h-3z", "strained"],
    "in shutdown": ["M1 2h10l-5 9z", "strained"],
    "shut off": ["M2 2h8v8h-8z", "off"],
    crashed: ["M2 1l4 4l4-4l1 1l-4 4l4 4l-1 1l-4-4l-4 4l-1-1l4-4l-4-4z", "bad"],
    pmsuspended: ["M8 1a5 5 0 1 0 3 8a4 4 0 0 1-3-8z", "off"],
  };
  const UNKNOWN_SHAPE = ["M6 1l5 5l-5 5l-5-5z", "off"];

  /** @param {tables.Row} data */
  function isOff(data) {
    return data.state_name === OFF;
  }

  // ---- values ------------------------------------------------------------------------------------------

  /** @param {tables.Params} params */
  function vmState({ data }) {
    if (!data) return null;
    if (data.is_gone) return "gone";
    return kvmgrid.isStaleRow(data) ? UNKNOWN : data.state_name || "not sampled yet";
  }

  /** @param {tables.Params} params */
  function vmMoved({ data }) {
    if (!data || data.moved_at === undefined) return null;
    return Math.max(0, Math.round((kvmgrid.serverNow() - Date.parse(data.moved_at)) / 1000));
  }

  /** @param {tables.Params} params */
  function vmText({ data, value, colDef }) {
    if (!data || data.is_gone) return "";
    if (value === null || value === undefined) return isOff(data) ? "–" : kvmgrid.UNKNOWN_VALUE;
    return kvmgrid.writeValue(colDef.context.unit, Number(value));
  }

  // ---- cells -------------------------------------------------------------------------------------------

  /** @param {tables.Params} params */
  function VmLink({ data, value }) {
    if (!data) return e("span", { className: "quiet" }, "…");
    if (!data.uuid) return e("span", { className: "quiet" }, "no longer known");
    // A filter finds it by these, too.
    const formerly = data.former_names ? "formerly " + data.former_names : "";
    const title = [data.title, formerly, data.uuid].filter(Boolean).join("\n");
    const link = e("a", { href: "/vm/" + encodeURIComponent(data.uuid), title, key: "link" }, value);
    const note = formerly ? e("span", { className: "cell-note", key: "note" }, " " + formerly) : null;
    return e("span", { className: "cell-link" }, link, note);
  }

  /** @param {tables.Params} params */
  function VmHost({ data, value }) {
    if (!data || !value) return null;
    return e("span", { className: "cell-link" }, e("a", { href: "/host/" + encodeURIComponent(value) }, value));
  }

  /** @param {tables.Params} params */
  function VmState({ data, value }) {
    if (!data) return null;
    const [path, kind] = SHAPES[value] || UNKNOWN_SHAPE;
    const mark = e(
      "svg",
      { className: "mark mark--" + kind, viewBox: "0 0 12 12", "aria-hidden": "true", key: "mark" },
      e("path", { d: path })
    );
    const note = data.contested_by ? e("span", { className: "host-card__late", key: "note" }, "also on " + data.contested_by) : null;
    return e("span", { className: "cell-state" }, mark, e("span", { key: "word" }, value), note);
  }

  /**
   * A text over a bar of its share.
   * @param {string} text
   * @param {number | null | undefined} share
   * @param {React.ReactNode} [note]
   */
  function barred(text, share, note) {
    if (share === null || share === undefined) return e("span", {}, text);
    const width = String(Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10);
    const bar = e(
      "svg",
      { className: "cell-bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true", key: "bar" },
      e("rect", { className: "cell-bar__ground", width: "100", height: "4" }),
      e("rect", { className: "cell-bar__share", width, height: "4" })
    );
    return e("span", { className: "cell-barred" }, e("span", { key: "text" }, text), note, bar);
  }

  /** @param {tables.Params & { valueFormatted: string }} params */
  function VmShare({ data, value, valueFormatted }) {
    return data ? barred(valueFormatted, value) : null;
  }

  /** @param {tables.Params & { valueFormatted: string }} params */
  function VmResident({ data, value, valueFormatted }) {
    if (!data) return null;
    const assigned = data.memory_assigned_bytes;
    return barred(valueFormatted, value === undefined || !assigned ? null : value / assigned);
  }

  // Its greater unit is enough.
  /** @param {number} seconds */
  function coarse(seconds) {
    return kvmgrid.duration(seconds).split("\u00a0").slice(0, 2).join("\u00a0");
  }

  /** @param {tables.Params & { valueFormatted: string }} params */
  function VmUsed({ data, value, valueFormatted }) {
    if (!data) return null;
    const age = data.memory_age_seconds;
    const isOld = value !== undefined && age !== undefined && age > OLD_MEMORY_SECONDS;
    const note = isOld ? e("span", { className: "cell-note", key: "note" }, coarse(age) + " old") : null;
    const assigned = data.memory_assigned_bytes;
    return barred(valueFormatted, value === undefined || !assigned ? null : value / assigned, note);
  }

  // Its text is not React's: times.js lets it count up.
  /** @param {tables.Params} params */
  function VmMoved({ data }) {
    if (!data || data.moved_at === undefined) return e("span", { className: "quiet" }, data && !data.is_gone ? "none seen" : "");
    /** @param {HTMLElement | null} element */
    const write = (element) => element && element.parentElement && kvmgrid.writeTimes(element.parentElement);
    const time = e("time", { className: "age", dateTime: data.moved_at, "data-suffix": " ago", "data-coarse": "yes", ref: write });
    const from = data.moved_from ? "from " + data.moved_from : "";
    // A long name of a host is cut.
    return e("span", { title: from || null }, time, from ? " " + from : null);
  }

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, { vmState, vmMoved, vmText });
  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    VmLink,
    VmHost,
    VmState,
    VmShare,
    VmResident,
    VmUsed,
    VmMoved,
  });
})();
