// SPDX-License-Identifier: Apache-2.0
// Keys of one letter or sign, on every page (docs/keys-and-links.md). None of them is taken while a person types, with Ctrl,
// Alt or Meta, or while the help is open; and all of them can be switched off there (WCAG 2.1.4).
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const STORE = "kvmgrid-keys";
  const TYPING = "input, textarea, select, [contenteditable]";
  // How long the letter of a page may follow its g.
  const PREFIX_MS = 1500;
  // What opens something: the heading of cards, the head of rows, entries of lists that are not part of a card.
  const STOPS = "main :is(.host-card h2, h3, tbody th, li:not(article li, .counts li)) a[href]";

  let isOff = false;
  let prefixUntil = 0;

  // Storage can be forbidden; a choice then lasts as long as the page.
  try {
    isOff = window.localStorage.getItem(STORE) === "off";
  } catch {
    isOff = false;
  }

  kvmgrid.areKeysOn = () => !isOff;

  kvmgrid.switchKeys = function (isOn) {
    isOff = !isOn;
    try {
      if (isOn) window.localStorage.removeItem(STORE);
      else window.localStorage.setItem(STORE, "off");
    } catch {
      // As above.
    }
  };

  // ---- pages -------------------------------------------------------------------------------------------

  /** Returns the pages of the bar; each has the first letter of its name. */
  kvmgrid.pageKeys = function () {
    /** @type {HTMLAnchorElement[]} */
    const links = Array.from(document.querySelectorAll("header nav a"));
    // Behind a name may stand how many of something there are.
    const nameOf = (/** @type {HTMLAnchorElement} */ link) => (link.firstChild && link.firstChild.textContent) || "";
    return links.map((link) => ({ key: nameOf(link).slice(0, 1).toLowerCase(), words: nameOf(link), link }));
  };

  /** @param {string} key */
  function goTo(key) {
    const page = kvmgrid.pageKeys().find((each) => each.key === key);
    if (page) page.link.click();
    return Boolean(page);
  }

  // ---- from one to the next ----------------------------------------------------------------------------

  /** @param {number} step */
  function moveInTable(step) {
    const element = document.querySelector("main .live-table");
    const grid = element && kvmgrid.gridOf(element.id);
    if (!grid) return false;
    const cell = grid.getFocusedCell();
    const isInside = cell && element.contains(document.activeElement);
    const wanted = isInside ? cell.rowIndex + step : grid.getFirstDisplayedRowIndex();
    const row = Math.max(0, Math.min(grid.getDisplayedRowCount() - 1, wanted));
    const column = isInside ? cell.column : grid.getAllDisplayedColumns()[0];
    if (!column || !grid.getDisplayedRowAtIndex(row)) return true;
    grid.ensureIndexVisible(row);
    grid.setFocusedCell(row, column);
    return true;
  }

  /** @param {number} step */
  function moveInPage(step) {
    /** @type {HTMLElement[]} */
    const links = Array.from(document.querySelectorAll(STOPS));
    const stops = links.filter((link) => link.getClientRects().length);
    if (!stops.length) return;
    const here = /** @type {HTMLElement} */ (document.activeElement);
    const at = stops.indexOf(here);
    // From elsewhere on the page: to the next one behind it or before it.
    const isBehind = (/** @type {HTMLElement} */ stop) => Boolean(here.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING);
    const behind = stops.findIndex(isBehind);
    const next = behind < 0 ? stops.length : behind;
    const wanted = at >= 0 ? at + step : step > 0 ? next : next - 1;
    stops[Math.max(0, Math.min(stops.length - 1, wanted))].focus();
  }

  /** @param {number} step */
  function move(step) {
    if (!moveInTable(step)) moveInPage(step);
  }

  // ---- what each key does ------------------------------------------------------------------------------

  /** @param {string} selector */
  function press(selector) {
    const button = /** @type {HTMLElement | null} */ (document.querySelector(selector));
    if (button) button.click();
  }

  /** @param {string} selector */
  function focusField(selector) {
    const field = /** @type {HTMLInputElement | null} */ (document.querySelector(selector));
    if (field) field.select();
    if (field) field.focus();
  }

  /** @type {Record<string, () => void>} */
  const ACTIONS = {
    "/": () => focusField("#shell-search-text"),
    "?": () => kvmgrid.showHelp(),
    j: () => move(1),
    k: () => move(-1),
    t: () => focusField(".range-bar input"),
    d: () => press("#shell-theme"),
    "[": () => press('.range-bar [data-shift="-1"]'),
    "]": () => press('.range-bar [data-shift="1"]'),
    "-": () => press(".range-bar [data-zoom]"),
  };

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isOff) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    const isSecond = event.timeStamp < prefixUntil;
    prefixUntil = !isSecond && event.key === "g" ? event.timeStamp + PREFIX_MS : 0;
    if (isSecond) {
      if (goTo(event.key.toLowerCase())) event.preventDefault();
      return;
    }
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
