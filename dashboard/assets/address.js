// SPDX-License-Identifier: Apache-2.0
// The address of the page: changed without loading anything anew, also by a click on one of our own links.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** @param {string} address */
  kvmgrid.go = function (address) {
    window.history.pushState({}, "", address);
    // What dcc.Location listens to.
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  // One step of the browser's history; null takes a parameter away.
  kvmgrid.goWith = function (changes) {
    const wanted = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) wanted.delete(name);
      else wanted.set(name, value);
    }
    const text = wanted.toString();
    kvmgrid.go(window.location.pathname + (text ? "?" + text : ""));
  };

  /**
   * Calls back whenever the address has changed; returns how to end that.
   * @param {() => void} callback
   */
  kvmgrid.onAddress = function (callback) {
    const names = ["popstate", "_dashprivate_pushstate"];
    names.forEach((name) => window.addEventListener(name, callback));
    return () => names.forEach((name) => window.removeEventListener(name, callback));
  };

  // Has the router draw the page of the address once more.
  kvmgrid.routeAnew = function () {
    window.dash_clientside.set_props("shell-address", { pathname: window.location.pathname });
  };

  kvmgrid.followHash = function () {
    const anchor = window.location.hash.slice(1);
    const target = anchor && document.getElementById(anchor);
    if (target) target.scrollIntoView();
  };

  // Another page begins at its top, for the eye and for the keyboard.
  kvmgrid.showTop = function () {
    window.scrollTo(0, 0);
    const main = document.querySelector("main");
    if (main) main.focus({ preventScroll: true });
  };

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const target = /** @type {Element} */ (event.target);
    const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[href]"));
    if (!link || link.origin !== window.location.origin || link.target) return;
    if (String(link.getAttribute("href")).startsWith("#")) return;
    event.preventDefault();
    const isOtherPage = link.pathname !== window.location.pathname;
    kvmgrid.go(link.href);
    if (isOtherPage) kvmgrid.showTop();
  });
})();
