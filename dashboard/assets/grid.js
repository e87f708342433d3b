// SPDX-License-Identifier: Apache-2.0
// The grid page: asks for what changed since the cursor, and draws it.
(function () {
  "use strict";
  const kvmgrid = (window.kvmgrid = window.kvmgrid || {});
  const NO_UPDATE = () => window.dash_clientside.no_update;

  const seen = { place: null, feed: "", cursor: 0, cards: new Map() };

  function ask() {
    const place = document.getElementById("grid-host-cards");
    if (!place) return NO_UPDATE();
    const number = kvmgrid.nextNumber(kvmgrid.isForced());
    if (number === null) return NO_UPDATE();
    if (seen.place !== place) {
      // A page just opened has nothing, whatever was seen on an earlier visit.
      seen.place = place;
      seen.feed = "";
      seen.cursor = 0;
      seen.cards.clear();
    }
    return { number, feed: seen.feed, cursor: seen.cursor };
  }

  function draw(answer) {
    const place = document.getElementById("grid-host-cards");
    if (!place || !kvmgrid.receive(answer)) return NO_UPDATE();
    kvmgrid.nameTheme();
    document.title = "Grid · kvmgrid";
    const state = document.getElementById("grid-state");
    const summary = document.getElementById("grid-summary");
    if (answer.state) {
      kvmgrid.morph(state, [answer.state]);
      kvmgrid.morph(summary, []);
      place.replaceChildren();
      seen.cards.clear();
      seen.feed = "";
      return answer.number;
    }
    if (answer.banner) return answer.number;
    kvmgrid.morph(state, []);
    if (answer.feed !== seen.feed) {
      seen.cards.clear();
      place.replaceChildren();
    }
    if (answer.templates) kvmgrid.learnTemplates(answer.templates);
    seen.feed = answer.feed;
    seen.cursor = answer.cursor;
    if (answer.summary) kvmgrid.morph(summary, [answer.summary]);
    for (const [host, use] of Object.entries(answer.cards)) {
      const old = seen.cards.get(host);
      const tree = kvmgrid.expand(use);
      const node = old ? kvmgrid.patch(old, tree) : kvmgrid.build(tree);
      seen.cards.set(host, node);
      kvmgrid.writeTimes(node);
    }
    if (answer.order) arrange(place, answer.order);
    return answer.number;
  }

  function arrange(place, order) {
    const wanted = order.map((host) => seen.cards.get(host)).filter(Boolean);
    wanted.forEach((node, index) => {
      if (place.childNodes[index] !== node) place.insertBefore(node, place.childNodes[index] || null);
    });
    while (place.childNodes.length > wanted.length) place.lastChild.remove();
    const known = new Set(order);
    for (const host of Array.from(seen.cards.keys())) if (!known.has(host)) seen.cards.delete(host);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { grid: { ask, draw } });
})();
