// SPDX-License-Identifier: Apache-2.0
// The help: every key, and the switch that turns those of one letter off. Made when it is first asked for.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** @type {[string[], string][]} */
  const KEYS = [
    [["/"], "Search hosts and VMs"],
    [["?"], "This help"],
    [["j"], "Next host, VM, row or entry"],
    [["k"], "The one before"],
    [["Enter"], "Open it"],
    [["Space"], "Pause, and go on"],
    [["["], "Earlier by half of the range"],
    [["]"], "Later by half of the range"],
    [["-"], "Twice the range"],
    [["t"], "Type the times of the range"],
    [["d"], "Theme: system, light, dark"],
    [["Esc"], "Close a list, this help, the pointer of a chart; leave a field"],
  ];

  /**
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Record<string, string>} attributes
   * @param {(Node | string)[]} children
   * @returns {HTMLElementTagNameMap[Tag]}
   */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /**
   * @param {string[]} keys
   * @param {string} words
   */
  function row(keys, words) {
    const pressed = keys.flatMap((key, index) => [index ? " then " : "", make("kbd", {}, key)]);
    return make("tr", {}, make("th", { scope: "row" }, ...pressed), make("td", {}, words));
  }

  /** @type {HTMLDialogElement | null} */
  let dialog = null;

  function rows() {
    const pages = kvmgrid.pageKeys().map(({ key, words }) => row(["g", key], "Page " + words));
    return [...KEYS.slice(0, 2).map((each) => row(...each)), ...pages, ...KEYS.slice(2).map((each) => row(...each))];
  }

  function makeDialog() {
    const checkbox = make("input", { type: "checkbox" });
    checkbox.checked = kvmgrid.areKeysOn();
    checkbox.addEventListener("change", () => kvmgrid.switchKeys(checkbox.checked));
    const close = make("button", { type: "button", class: "button" }, "Close");
    const made = make(
      "dialog",
      { class: "help", "aria-labelledby": "shell-help-title" },
      make("h2", { id: "shell-help-title" }, "Keys"),
      make("table", { class: "help__keys" }, make("tbody", {}, ...rows())),
      make("label", { class: "help__switch" }, checkbox, "Use these keys: those of one letter or sign, and the space bar"),
      make("p", { class: "quiet" }, "None of them is taken while you type in a field. Drag in a chart to zoom, double click to go back."),
      close
    );
    close.addEventListener("click", () => made.close());
    // Beside it is none of its elements.
    made.addEventListener("click", (event) => event.target === made && made.close());
    document.body.append(made);
    return made;
  }

  // The browser gives the focus back when it closes.
  kvmgrid.showHelp = function () {
    if (!dialog) dialog = makeDialog();
    if (!dialog.open) dialog.showModal();
  };

  document.addEventListener("click", function (event) {
    if (/** @type {Element} */ (event.target).closest("#shell-help")) kvmgrid.showHelp();
  });
})();
