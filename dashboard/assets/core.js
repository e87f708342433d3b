// SPDX-License-Identifier: Apache-2.0
// What all pages share: the gate for questions, ages, clock times, links, banner, theme, pause, keys.
(function () {
  "use strict";
  const kvmgrid = (window.kvmgrid = window.kvmgrid || {});

  const UNKNOWN = "unknown";

  const state = {
    number: 0,
    answered: 0,
    pendingSince: null,
    unansweredSince: null,
    clockOffsetMs: 0,
    isPaused: false,
    nudges: 0,
  };
  kvmgrid.state = state;

  // How long an answer may take: until then a question blocks the next ones, afterwards the connection
  // counts as lost. The dashboard answers before that, if only that the database is slow.
  function patienceMs() {
    const root = document.getElementById("content-root");
    return Number(root && root.dataset.lostAfter) * 1000 || 15000;
  }

  // ---- questions: one at a time, none while paused or out of sight, unless the user asked --------------

  kvmgrid.nextNumber = function (isForced) {
    const now = performance.now();
    if (!isForced) {
      if (state.isPaused || document.hidden) return null;
      if (state.pendingSince !== null && now - state.pendingSince < patienceMs()) return null;
    }
    state.pendingSince = now;
    if (state.unansweredSince === null) state.unansweredSince = now;
    state.number += 1;
    return state.number;
  };

  kvmgrid.isForced = function () {
    // A beat and a choice of the user may come together; a page that has just opened names no cause.
    const causes = window.dash_clientside.callback_context.triggered;
    return causes.length === 0 || causes.some((cause) => !cause.prop_id.startsWith("shell-beat."));
  };

  // Returns whether the answer is news: neither drawn already nor overtaken by a later one.
  kvmgrid.receive = function (answer) {
    if (!answer || answer.number <= state.answered) return false;
    state.answered = answer.number;
    state.pendingSince = null;
    state.unansweredSince = null;
    state.clockOffsetMs = answer.now_ms - Date.now();
    // One clock for page and chart: that of the server, where it does not know the zone.
    if (answer.zone && zones.get(kvmgrid.zone()) !== answer.zone) {
      zones.set(kvmgrid.zone(), answer.zone);
      kvmgrid.writeTimes(document);
    }
    showBanner(answer.banner || null);
    return true;
  };

  kvmgrid.nudge = function () {
    state.nudges += 1;
    window.dash_clientside.set_props("shell-nudge", { data: state.nudges });
  };

  // ---- banner ----------------------------------------------------------------------------------------

  function showBanner(tree) {
    const place = document.getElementById("shell-banner");
    if (!place) return;
    kvmgrid.morph(place, tree ? [tree] : []);
    kvmgrid.writeTimes(place);
    isLostSaid = false;
  }

  let isLostSaid = false;

  // Said once an outage: the place of the banner is read aloud whenever its words change.
  function watchConnection() {
    if (state.unansweredSince === null || state.isPaused || document.hidden) return;
    const waited = performance.now() - state.unansweredSince;
    if (waited > patienceMs() && !isLostSaid) {
      const since = new Date(Date.now() - waited + state.clockOffsetMs).toISOString();
      showBanner([
        "p",
        { class: "banner" },
        ["strong", {}, "No answer from the dashboard"],
        " since ",
        ["time", { class: "clock", datetime: since }],
        ". Trying again by itself; what is shown is older.",
      ]);
      isLostSaid = true;
    }
  }

  // ---- times ------------------------------------------------------------------------------------------

  const GAP = "\u00a0";

  kvmgrid.duration = function (seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return whole + GAP + "s";
    if (whole < 3600) return Math.floor(whole / 60) + GAP + "min" + GAP + (whole % 60) + GAP + "s";
    if (whole < 86400) return Math.floor(whole / 3600) + GAP + "h" + GAP + Math.floor((whole % 3600) / 60) + GAP + "min";
    return Math.floor(whole / 86400) + GAP + "d" + GAP + Math.floor((whole % 86400) / 3600) + GAP + "h";
  };

  // Asked for at most once a second: every time on a page needs it, and the answer takes its time.
  let ownZone = null;

  kvmgrid.browserZone = function () {
    if (ownZone === null) ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    return ownZone;
  };

  kvmgrid.zone = function () {
    const asked = new URLSearchParams(window.location.search).get("tz");
    if (asked && asked.toLowerCase() === "utc") return "UTC";
    return asked && asked !== "browser" ? asked : kvmgrid.browserZone();
  };

  const writers = new Map();
  const zones = new Map();

  kvmgrid.clock = function (milliseconds, hasFractions) {
    const zone = zones.get(kvmgrid.zone()) || kvmgrid.zone();
    if (!writers.has(zone)) {
      let writer;
      try {
        writer = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
      } catch (error) {
        writer = new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC", dateStyle: "short", timeStyle: "medium" });
      }
      writers.set(zone, writer);
    }
    const text = writers.get(zone).format(milliseconds);
    if (!hasFractions) return text;
    return text + "." + String(Math.floor(milliseconds % 1000)).padStart(3, "0");
  };

  function write(element, text) {
    const node = element.firstChild;
    if (!node) element.textContent = text;
    else if (node.data !== text) node.data = text;
  }

  function writeAge(element) {
    const seconds = (Date.now() + state.clockOffsetMs - Date.parse(element.dateTime)) / 1000;
    const words = kvmgrid.duration(seconds).split(GAP);
    // Where room is scarce the greater unit is enough.
    const shown = element.dataset.coarse ? words.slice(0, 2) : words;
    write(element, shown.join(GAP) + (element.dataset.suffix || ""));
  }

  // What is shown grows stale by itself: while paused, and while no answer comes. The next answer that has
  // news for the element writes it anew.
  function markStale(element) {
    if (Date.now() + state.clockOffsetMs <= Date.parse(element.dataset.staleAt)) return;
    element.classList.add("is-stale");
    const circle = element.querySelector(".health");
    if (circle) circle.setAttribute("aria-label", "health " + UNKNOWN);
    for (const score of element.querySelectorAll(".health__score")) write(score, "?");
    for (const word of element.querySelectorAll(".state-word")) write(word, UNKNOWN);
  }

  kvmgrid.writeTimes = function (root) {
    if (root.dataset && root.dataset.staleAt) markStale(root);
    root.querySelectorAll("[data-stale-at]").forEach(markStale);
    for (const element of root.querySelectorAll("time.age")) {
      writeAge(element);
      element.title = kvmgrid.clock(Date.parse(element.dateTime));
    }
    for (const element of root.querySelectorAll("time.clock")) {
      write(element, kvmgrid.clock(Date.parse(element.dateTime)));
    }
  };

  window.setInterval(function () {
    ownZone = null;
    if (document.hidden) return;
    document.querySelectorAll("time.age").forEach(writeAge);
    document.querySelectorAll("[data-stale-at]").forEach(markStale);
    watchConnection();
  }, 1000);

  // ---- address -----------------------------------------------------------------------------------------

  kvmgrid.go = function (address) {
    window.history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const byHand = () => (copy.textContent = "Copy by hand");
      // A page over plain HTTP has no clipboard.
      if (!navigator.clipboard) byHand();
      else navigator.clipboard.writeText(copy.dataset.copy).then(() => (copy.textContent = "Copied"), byHand);
      return;
    }
    const link = event.target.closest("a[href]");
    if (!link || link.origin !== window.location.origin || link.target) return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    const isOtherPage = link.pathname !== window.location.pathname;
    kvmgrid.go(link.href);
    if (isOtherPage) {
      window.scrollTo(0, 0);
      const main = document.getElementById("shell-page");
      if (main) main.focus({ preventScroll: true });
    }
  });

  kvmgrid.followHash = function () {
    const anchor = window.location.hash.slice(1);
    const target = anchor && document.getElementById(anchor);
    if (target) target.scrollIntoView();
  };

  // ---- live and paused ---------------------------------------------------------------------------------

  kvmgrid.setPaused = function (isPaused) {
    state.isPaused = isPaused;
    const button = document.getElementById("shell-live");
    if (button) {
      button.textContent = isPaused ? "Paused" : "Live";
      button.classList.toggle("live--paused", isPaused);
      button.title = isPaused ? "Go on (space)" : "Pause (space)";
    }
    if (!isPaused) kvmgrid.nudge();
    else state.unansweredSince = null;
  };

  document.addEventListener("click", function (event) {
    if (event.target.closest("#shell-live")) kvmgrid.setPaused(!state.isPaused);
    if (event.target.closest("#shell-theme")) nextTheme();
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, button, a, summary, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    kvmgrid.setPaused(!state.isPaused);
  });

  document.addEventListener("visibilitychange", function () {
    state.pendingSince = null;
    state.unansweredSince = null;
    if (!document.hidden && !state.isPaused && document.getElementById("shell-live")) kvmgrid.nudge();
  });

  // ---- theme -------------------------------------------------------------------------------------------

  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function chosenTheme() {
    return document.documentElement.getAttribute("data-theme") || "system";
  }

  kvmgrid.theme = function () {
    const choice = chosenTheme();
    return choice === "system" ? (dark.matches ? "dark" : "light") : choice;
  };

  kvmgrid.nameTheme = function () {
    const words = document.getElementById("shell-theme-words");
    if (words) words.textContent = "Theme: " + chosenTheme();
  };

  function nextTheme() {
    const next = { system: "light", light: "dark", dark: "system" }[chosenTheme()];
    if (next === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", next);
    try {
      if (next === "system") window.localStorage.removeItem("kvmgrid-theme");
      else window.localStorage.setItem("kvmgrid-theme", next);
    } catch (error) {
      // Storage can be forbidden; the choice then lasts as long as the page.
    }
    kvmgrid.nameTheme();
    kvmgrid.nudge();
  }

  dark.addEventListener("change", function () {
    if (chosenTheme() === "system") kvmgrid.nudge();
  });
})();
