// SPDX-License-Identifier: Apache-2.0
// The component Parts of dashboard/parts/parts.py: requests news of a page and patches what they change in place.
// It looks for the places of parts and lists below its own element only.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const NOTICE = "notice";
  const BUSY_AFTER_MS = 300;
  // Bounds of the contract; a longer address is none of ours.
  const ADDRESS_LETTERS_MAX = 2048;
  const ZONE_LETTERS_MAX = 64;

  class LiveParts {
    /**
     * @param {HTMLElement} root
     * @param {(request: contract.Request) => void} report
     */
    constructor(root, report) {
      this.root = root;
      this.report = report;
      this.held = new kvmgrid.Held();
      this.rows = new kvmgrid.TableRows(root, (update) => this.held.take(update));
      /** @type {kvmgrid.CellMap | null} */
      this.cells = null;
      /** What came and is not drawn yet. @type {contract.CellNews[]} */
      this.cellNews = [];
      this.isLoadingCells = false;
      this.isClosed = false;
      this.blocks = new kvmgrid.TableBlocks(root, () => this.requests.ask(true));
      /** The element of each item of each list. @type {Map<string, Map<string, Element>>} */
      this.nodes = new Map();
      this.path = window.location.pathname;
      this.search = window.location.search;
      this.hasFollowedHash = false;
      /** Since when the address is that of another page (performance.now()). @type {number | null} */
      this.leftAt = null;
      this.requests = new kvmgrid.Requests((number, isForced) => this.request(number, isForced));
      const shell = /** @type {HTMLElement | null} */ (root.closest("[data-refresh-seconds]"));
      const periodMs = Number(shell && shell.dataset.refreshSeconds) * 1000 || 1000;
      this.timer = window.setInterval(() => this.askAtPeriod(), periodMs);
      this.endAddress = kvmgrid.onAddress(() => this.followAddress());
    }

    /** @param {Record<string, contract.Tree> | undefined} fixed */
    open(fixed) {
      for (const [name, tree] of Object.entries(fixed || {})) this.fill(name, [tree]);
      this.requests.ask(true);
    }

    close() {
      window.clearInterval(this.timer);
      this.endAddress();
      this.requests.close();
      this.rows.close();
      this.isClosed = true;
      if (this.cells) this.cells.close();
      this.blocks.close();
      kvmgrid.expectNoAnswer();
    }

    // The address may be that of another page already, which is on its way.
    isHere() {
      return window.location.pathname === this.path;
    }

    askAtPeriod() {
      if (this.isHere()) {
        this.leftAt = null;
        this.requests.ask(false);
      } else this.awaitOtherPage();
    }

    // Its structure is one answer of the dashboard, which may be lost as any other.
    awaitOtherPage() {
      const now = performance.now();
      // The structure is there, and the dashboard owes no answer.
      if (kvmgrid.isLoadingScripts()) this.leftAt = now;
      if (this.leftAt === null) this.leftAt = now;
      if (kvmgrid.isLoadingScripts()) return;
      kvmgrid.expectAnswer();
      if (now - this.leftAt < kvmgrid.patienceMs()) return;
      this.leftAt = now;
      kvmgrid.routeAnew();
    }

    followAddress() {
      if (!this.isHere() || window.location.search === this.search) return;
      this.requests.ask(true);
    }

    /**
     * @param {number} number
     * @param {boolean} isForced
     */
    request(number, isForced) {
      this.search = window.location.search;
      this.root.dispatchEvent(new CustomEvent("kvmgrid:request", { bubbles: true, detail: { number, isForced } }));
      if (isForced) this.dimUntilAnswered(number);
      this.report({
        number,
        path: this.path.slice(0, ADDRESS_LETTERS_MAX),
        search: this.search.slice(0, ADDRESS_LETTERS_MAX),
        zone: kvmgrid.zone().slice(0, ZONE_LETTERS_MAX),
        seen: this.held.seen(),
        block: this.blocks.wanted(),
      });
    }

    /**
     * What the user wants and does not get at once dims what it will change.
     * @param {number} number
     */
    dimUntilAnswered(number) {
      window.setTimeout(() => {
        const body = this.body();
        if (body && this.requests.isOpen(number)) body.setAttribute("aria-busy", "true");
      }, BUSY_AFTER_MS);
    }

    /** @returns {HTMLElement | null} */
    body() {
      return this.root.querySelector("[data-body]");
    }

    /**
     * @param {string} name
     * @param {contract.Tree[]} trees
     */
    fill(name, trees) {
      const place = this.root.querySelector(`[data-part="${CSS.escape(name)}"]`);
      if (!place) return;
      kvmgrid.morph(place, trees);
      kvmgrid.writeTimes(place);
    }

    /** @param {contract.Update} update */
    draw(update) {
      if (!this.requests.receive(update)) return;
      kvmgrid.setServerNow(update.now_ms);
      if (update.zone) kvmgrid.useZone(update.zone);
      if (update.title) document.title = update.title;
      kvmgrid.showBanner(update.banner || null);
      const body = this.body();
      if (body) body.removeAttribute("aria-busy");
      const drawing = this.held.take(this.rows.show(update));
      this.blocks.show(update);
      if (drawing.isNewFeed) this.emptyLists();
      for (const name of drawing.gone) this.fill(name, []);
      for (const { name, tree } of drawing.parts) this.fill(name, [tree]);
      for (const list of drawing.lists) this.drawList(list);
      this.drawCells(update.cells);
      if (body) body.hidden = this.held.has(NOTICE);
      if (!this.hasFollowedHash && drawing.parts.length) {
        // What it leads to is there now.
        this.hasFollowedHash = true;
        kvmgrid.followHash();
      }
    }

    emptyLists() {
      this.nodes.clear();
      this.root.querySelectorAll("[data-list]").forEach((place) => place.replaceChildren());
    }

    /** @param {contract.CellNews | undefined} news */
    drawCells(news) {
      if (news && news.all) this.cellNews = [news];
      else if (news) this.cellNews.push(news);
      if (!this.cellNews.length) return;
      if (this.cells) this.showCells(this.cells);
      // Its scripts come with the first cells. What is lost on its way is fetched again at the next answer.
      else if (!this.isLoadingCells) this.openCells().catch(() => {});
    }

    async openCells() {
      const place = /** @type {HTMLElement | null} */ (this.root.querySelector("[data-cells]"));
      if (!place) return;
      this.isLoadingCells = true;
      try {
        for (const address of (place.dataset.cells || "").split(" ")) await kvmgrid.loadScript(address);
      } finally {
        this.isLoadingCells = false;
      }
      if (this.isClosed) return;
      this.cells = new kvmgrid.CellMap(place);
      this.showCells(this.cells);
    }

    /** @param {kvmgrid.CellMap} cells */
    showCells(cells) {
      for (const news of this.cellNews.splice(0)) cells.show(news);
    }

    /** @param {kvmgrid.ListDrawing} list */
    drawList({ name, items, order }) {
      const place = this.root.querySelector(`[data-list="${CSS.escape(name)}"]`);
      if (!place) return;
      const nodes = this.nodes.get(name) || new Map();
      this.nodes.set(name, nodes);
      for (const { key, tree } of items) {
        const old = nodes.get(key);
        const node = /** @type {Element} */ (old ? kvmgrid.patch(old, tree) : kvmgrid.build(tree));
        nodes.set(key, node);
        kvmgrid.writeTimes(node);
      }
      if (order) arrange(place, nodes, order);
    }
  }

  /**
   * @param {Element} place
   * @param {Map<string, Element>} nodes
   * @param {string[]} order
   */
  function arrange(place, nodes, order) {
    const wanted = order.flatMap((key) => nodes.get(key) || []);
    wanted.forEach((node, index) => {
      if (place.childNodes[index] !== node) place.insertBefore(node, place.childNodes[index] || null);
    });
    while (place.childNodes.length > wanted.length) place.childNodes[wanted.length].remove();
    const known = new Set(order);
    for (const key of Array.from(nodes.keys())) if (!known.has(key)) nodes.delete(key);
  }

  /**
   * @param {{
   *   id: string, className?: string, fixed?: Record<string, contract.Tree>, update?: contract.Update,
   *   children: React.ReactNode, setProps: (props: { request: contract.Request, request_number: number }) => void
   * }} props
   */
  function Parts(props) {
    const React = window.React;
    const root = React.useRef(/** @type {any} */ (null));
    const live = React.useRef(/** @type {any} */ (null));
    const setProps = React.useRef(props.setProps);
    setProps.current = props.setProps;
    React.useEffect(function () {
      live.current = new LiveParts(root.current, (request) =>
        setProps.current({ request, request_number: request.number })
      );
      live.current.open(props.fixed);
      return () => live.current.close();
    }, []);
    React.useEffect(
      function () {
        if (props.update) live.current.draw(props.update);
      },
      [props.update]
    );
    return React.createElement("div", { id: props.id, className: props.className, ref: root }, props.children);
  }

  window.kvmgrid_components = Object.assign(window.kvmgrid_components || {}, { Parts });
})();
