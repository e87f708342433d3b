// SPDX-License-Identifier: Apache-2.0
// Puts a page in its place once the scripts that it needs are there, and marks its link in the bar.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  /** Each script that was asked for. @type {Map<string, Promise<void>>} */
  const scripts = new Map();
  let loadingCount = 0;

  kvmgrid.isLoadingScripts = () => loadingCount > 0;

  /**
   * Loads a script once; one that fails is tried again by the next who needs it.
   * @param {string} address
   * @returns {Promise<void>}
   */
  kvmgrid.loadScript = function (address) {
    const known = scripts.get(address);
    if (known) return known;
    /** @type {Promise<void>} */
    const loading = new Promise(function (resolve, reject) {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve();
      script.onerror = function () {
        scripts.delete(address);
        script.remove();
        reject(new Error("no answer from " + address));
      };
      document.head.appendChild(script);
    });
    scripts.set(address, loading);
    return loading;
  };

  function markLinks() {
    for (const link of document.querySelectorAll("header nav a")) {
      const isHere = link instanceof HTMLAnchorElement && link.pathname === window.location.pathname;
      if (isHere) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /**
   * What stands instead of a page whose scripts did not come, as Dash components.
   * @param {Error} error
   */
  function failure(error) {
    const words = "This page needs a file that did not arrive: " + error.message + ". Load it again.";
    const element = { namespace: "dash_html_components", type: "P", props: { className: "guide", children: words } };
    return { namespace: "dash_html_components", type: "Div", props: { className: "page", children: element } };
  }

  /**
   * @param {{ scripts: string[], page: string } | undefined} arrived
   * @returns {Promise<unknown>}
   */
  async function show(arrived) {
    if (!arrived) return window.dash_clientside.no_update;
    markLinks();
    kvmgrid.expectNoAnswer();
    loadingCount += 1;
    try {
      await Promise.all(arrived.scripts.map(kvmgrid.loadScript));
      return JSON.parse(arrived.page);
    } catch (error) {
      return failure(/** @type {Error} */ (error));
    } finally {
      loadingCount -= 1;
    }
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { router: { show } });
})();
