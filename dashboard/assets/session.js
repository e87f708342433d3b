// SPDX-License-Identifier: Apache-2.0
// Who is logged in, where there is a login: the name in the bar, and what an operator may change. Forms and buttons that change
// something say what by data-change; the token of the session goes with each.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const SESSION = "/files/session.json";
  const CHANGE = "/files/change";
  const PERIOD_MS = 60000;

  let askedAt = -PERIOD_MS;
  let token = "";

  function toLogin() {
    const here = window.location.pathname + window.location.search;
    window.location.assign("/login?next=" + encodeURIComponent(here));
  }

  /** @param {string} address @param {unknown} told */
  function post(address, told) {
    const headers = { "content-type": "application/json", "x-kvmgrid-token": token };
    return fetch(address, { method: "POST", headers, body: JSON.stringify(told) });
  }

  async function logOut() {
    await post("/logout", {});
    window.location.reload();
  }

  /** @param {{ role: string, name?: string, token?: string, ends?: boolean }} session */
  function write(session) {
    token = session.token || "";
    document.documentElement.dataset.role = session.role;
    const controls = document.querySelector("header .controls");
    if (!controls) return;
    const words = session.name ? session.name + " (" + session.role + ")" : "";
    const shown = controls.querySelector(".session") || controls.insertBefore(document.createElement("span"), controls.firstChild);
    if (shown.className && shown.getAttribute("data-words") === words) return;
    shown.className = "session";
    shown.setAttribute("data-words", words);
    const button = document.createElement("button");
    button.className = "button";
    button.textContent = session.name ? "Log out" : "Log in";
    button.addEventListener("click", session.name ? logOut : toLogin);
    shown.replaceChildren(words, ...(session.name && !session.ends ? [] : [button]));
  }

  async function ask() {
    if (!document.querySelector("[data-login]") || performance.now() - askedAt < PERIOD_MS) return;
    askedAt = performance.now();
    try {
      const answer = await fetch(SESSION);
      if (answer.status === 401) toLogin();
      else if (answer.ok) write(await answer.json());
    } catch {
      // The banner says that the dashboard does not answer.
    }
  }

  /** @param {HTMLElement} element @param {Record<string, unknown>} told */
  async function change(element, told) {
    const card = element.closest("section");
    const place = card && card.querySelector("[role=status]");
    /** @param {string} words */
    const say = (words) => place && (place.textContent = words);
    try {
      const answer = await post(CHANGE, told);
      const words = answer.ok ? (await answer.json()).words : await answer.text();
      say(answer.ok ? words : "Not stored: " + words);
      if (answer.ok && element instanceof HTMLFormElement) element.reset();
    } catch {
      say("Not stored: the dashboard does not answer.");
    }
  }

  document.addEventListener("submit", function (event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.dataset.change) return;
    event.preventDefault();
    /** @type {Record<string, unknown>} */
    const told = { what: form.dataset.change, alert_id: Number(window.location.pathname.split("/")[2]) };
    for (const [name, value] of new FormData(form)) told[name] = name === "hours" ? Number(value) : value;
    change(form, told);
  });

  document.addEventListener("click", function (event) {
    const target = event.target instanceof Element ? event.target : document.body;
    const button = /** @type {HTMLElement | null} */ (target.closest("button[data-end-kind]"));
    if (button) change(button, { what: "end", kind: button.dataset.endKind, number: Number(button.dataset.endNumber) });
  });

  document.addEventListener("kvmgrid:request", ask);
  kvmgrid.onAddress(ask);
})();
