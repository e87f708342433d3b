// SPDX-License-Identifier: Apache-2.0
// The map of cells of a page: what updates say of it (contract.CellNews) on a canvas as large as what is in sight of it.
// The cell that has the focus, and the one below the pointer, are links that lie above it.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const STALE_AFTER_MS = 1000;

  /**
   * @param {string} tag
   * @param {string} className
   * @param {Element} parent
   */
  function made(tag, className, parent) {
    const element = document.createElement(tag);
    element.className = className;
    return parent.appendChild(element);
  }

  class CellMap {
    /** @param {HTMLElement} place */
    constructor(place) {
      this.scroll = made("div", "cell-map__scroll", place);
      this.space = made("div", "cell-map__space", this.scroll);
      this.canvas = /** @type {HTMLCanvasElement} */ (made("canvas", "cell-map__canvas", this.space));
      this.canvas.setAttribute("aria-hidden", "true");
      this.pointed = this.link("cell-map__pointed");
      this.pointed.tabIndex = -1;
      this.pointed.setAttribute("aria-hidden", "true");
      this.focused = this.link("cell-map__focused");
      this.tip = made("p", "cell-map__tip", place);
      this.tip.hidden = true;
      this.tip.setAttribute("aria-hidden", "true");
      /** @type {contract.CellMap} */
      this.cells = { keys: [], path: "", fill: "", unit: "", maximum: 100 };
      /** @type {number[]} */
      this.levels = [];
      /** @type {number[]} */
      this.states = [];
      /** @type {number[]} */
      this.staleSeconds = [];
      this.layout = kvmgrid.layoutCells(this.cells, 1);
      this.place = 0;
      this.pointedPlace = -1;
      this.frame = 0;
      this.staleCount = 0;
      this.redraw = () => this.drawSoon();
      this.dark = window.matchMedia("(prefers-color-scheme: dark)");
      this.listen();
      this.resizes = new ResizeObserver(() => this.arrange());
      this.resizes.observe(this.scroll);
      this.timer = window.setInterval(() => this.growStale(), STALE_AFTER_MS);
    }

    close() {
      window.clearInterval(this.timer);
      window.cancelAnimationFrame(this.frame);
      this.resizes.disconnect();
      this.dark.removeEventListener("change", this.redraw);
      document.removeEventListener("kvmgrid:theme", this.redraw);
    }

    listen() {
      this.dark.addEventListener("change", this.redraw);
      document.addEventListener("kvmgrid:theme", this.redraw);
      this.scroll.addEventListener("scroll", this.redraw, { passive: true });
      this.space.addEventListener("pointermove", (event) => this.point(this.at(event)));
      this.space.addEventListener("pointerleave", () => this.point(-1));
      this.space.addEventListener("click", (event) => this.open(event));
      this.space.addEventListener("keydown", (event) => this.key(event));
      this.space.addEventListener("focusin", () => this.tell(this.place));
      this.space.addEventListener("focusout", () => this.tell(this.pointedPlace));
    }

    /** @param {string} className */
    link(className) {
      const link = /** @type {HTMLAnchorElement} */ (made("a", className, this.space));
      link.hidden = true;
      return link;
    }

    /** @param {contract.CellNews} news */
    show(news) {
      const { levels = [], states = [], stale_seconds: staleSeconds = [] } = news;
      if (news.all) {
        const key = this.cells.keys[this.place];
        Object.assign(this, { cells: news.all, levels, states, staleSeconds });
        this.place = Math.max(0, news.all.keys.indexOf(key));
        this.arrange();
        return;
      }
      (news.places || []).forEach((place, index) => {
        this.levels[place] = levels[index];
        this.states[place] = states[index];
        this.staleSeconds[place] = staleSeconds[index];
      });
      this.drawSoon();
    }

    arrange() {
      this.layout = kvmgrid.layoutCells(this.cells, this.scroll.clientWidth);
      this.space.style.height = this.layout.height + "px";
      this.point(-1);
      this.drawSoon();
    }

    /** @param {number} place */
    stateOf(place) {
      const state = this.states[place];
      const stale = kvmgrid.cellStates.indexOf("stale");
      // One that sends its past is stale by its samples.
      if (state > stale || !this.staleSeconds[place]) return state;
      return kvmgrid.serverNow() > this.staleSeconds[place] * 1000 ? stale : state;
    }

    // Also while paused, and while no answer comes.
    growStale() {
      if (document.hidden) return;
      const stale = kvmgrid.cellStates.indexOf("stale");
      const count = this.states.filter((_, place) => this.stateOf(place) === stale).length;
      if (count !== this.staleCount) this.drawSoon();
      this.staleCount = count;
    }

    drawSoon() {
      window.cancelAnimationFrame(this.frame);
      this.frame = window.requestAnimationFrame(() => this.draw());
    }

    draw() {
      const begun = performance.now();
      const { clientWidth: width, clientHeight: height, scrollTop: top } = this.scroll;
      const ratio = window.devicePixelRatio || 1;
      const context = this.canvas.getContext("2d");
      if (!width || !height || !context) return;
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (this.canvas.width !== wide) this.canvas.width = wide;
      if (this.canvas.height !== high) this.canvas.height = high;
      Object.assign(this.canvas.style, { width: width + "px", height: height + "px" });
      const colours = kvmgrid.cellPalette(this.scroll);
      context.setTransform(ratio, 0, 0, ratio, 0, -top * ratio);
      context.clearRect(0, top, width, height);
      context.textBaseline = "middle";
      context.textAlign = "left";
      context.fillStyle = colours.text;
      context.font = "580 13px system-ui, sans-serif";
      for (const { title, y } of this.layout.titles) context.fillText(title, 0, y + 13);
      context.textAlign = "center";
      context.font = "11px system-ui, sans-serif";
      const { maximum } = this.cells;
      this.layout.boxes.forEach((box, place) => {
        if (box.y + box.edge < top || box.y > top + height) return;
        kvmgrid.drawCell(context, box, { level: this.levels[place], state: this.stateOf(place), maximum }, colours);
      });
      this.lay(this.focused, this.place);
      this.lay(this.pointed, this.pointedPlace);
      if (!this.tip.hidden) this.tell(this.toldPlace());
      // How long a frame takes, for tests and whoever looks.
      this.canvas.dataset.drawMilliseconds = (performance.now() - begun).toFixed(1);
    }

    /**
     * Lays a link over its cell.
     * @param {HTMLAnchorElement} link
     * @param {number} place
     */
    lay(link, place) {
      const box = this.layout.boxes[place];
      link.hidden = !box;
      if (!box) return;
      const words = this.words(place);
      link.href = this.cells.path + encodeURIComponent(this.cells.keys[place]);
      if (link === this.focused && link.getAttribute("aria-label") !== words) link.setAttribute("aria-label", words);
      Object.assign(link.style, { left: box.x + "px", top: box.y + "px", width: box.edge + "px", height: box.edge + "px" });
    }

    /** @param {number} place */
    words(place) {
      const { keys, fill, unit } = this.cells;
      const state = kvmgrid.cellStates[this.stateOf(place)];
      const level = this.levels[place];
      const figure = level < 0 || state === "catching up" ? "no figure of its " + fill : fill + " " + level + unit;
      return keys[place] + ": " + state + ", " + figure + (state === "stale" ? ", when it was last seen" : "");
    }

    /** @param {MouseEvent} event */
    at(event) {
      const ground = this.space.getBoundingClientRect();
      return kvmgrid.cellAt(this.layout, event.clientX - ground.left, event.clientY - ground.top);
    }

    /** @param {number} place */
    point(place) {
      if (place === this.pointedPlace) return;
      this.pointedPlace = place;
      this.lay(this.pointed, place);
      this.tell(this.toldPlace());
    }

    toldPlace() {
      return this.pointedPlace < 0 && this.focused === document.activeElement ? this.place : this.pointedPlace;
    }

    /** @param {number} place */
    tell(place) {
      const box = this.layout.boxes[place];
      this.tip.hidden = !box;
      if (!box) return;
      this.tip.textContent = this.words(place);
      const right = Math.max(0, this.scroll.clientWidth - this.tip.offsetWidth);
      this.tip.style.left = Math.min(box.x, right) + "px";
      this.tip.style.top = box.y + box.edge + 6 - this.scroll.scrollTop + "px";
    }

    // A finger has no cell below it before it touches.
    /** @param {MouseEvent} event */
    open(event) {
      const place = this.at(event);
      if (place < 0 || /** @type {Element} */ (event.target).closest("a")) return;
      kvmgrid.go(this.cells.path + encodeURIComponent(this.cells.keys[place]));
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const place = kvmgrid.cellBy(this.layout, this.place, event.key);
      if (place === null) return;
      event.preventDefault();
      this.focus(place);
    }

    /** @param {number} place */
    focus(place) {
      this.place = place;
      // Another element each time: a screen reader reads what gets the focus, and not what changes its name.
      const left = this.focused;
      this.focused = this.link("cell-map__focused");
      this.lay(this.focused, place);
      this.focused.focus({ preventScroll: true });
      left.remove();
      const box = this.layout.boxes[place];
      const { scrollTop: top, clientHeight: height } = this.scroll;
      if (box.y < top) this.scroll.scrollTop = box.y;
      else if (box.y + box.edge > top + height) this.scroll.scrollTop = box.y + box.edge - height;
      this.focused.scrollIntoView({ block: "nearest" });
      this.tell(place);
    }
  }

  kvmgrid.CellMap = CellMap;
})();
