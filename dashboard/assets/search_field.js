// SPDX-License-Identifier: Apache-2.0
// The component SearchField of dashboard/components/search_field.py: hosts and VMs while a text is typed, as the ARIA
// pattern of a combobox with a list has it. Its options are links, so that one can be opened in a tab of its own.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const ASK_AFTER_MS = 120;
  // What has no answer by then is said to have none.
  const PATIENCE_MS = 6000;
  // Bound of the contract.
  const LENGTH_MAX = 128;
  const LIST = "shell-search-list";
  const NO_ANSWER = "No answer from the dashboard.";

  let lastNumber = 0;

  // Range and zone go along to the page of an object.
  /** @param {string} path */
  function addressOf(path) {
    const here = new URLSearchParams(window.location.search);
    const [bare, search = ""] = path.split("?");
    const wanted = new URLSearchParams(search);
    for (const name of ["from", "to", "tz"]) if (here.has(name)) wanted.set(name, String(here.get(name)));
    const text = wanted.toString();
    return bare + (text ? "?" + text : "");
  }

  /**
   * Returns what the list shows, group by group; the way to the rest is the last of its group.
   * @param {contract.SearchFound | null} found
   */
  function groupsOf(found) {
    return (found ? found.groups : []).map(({ title, hits, more_words: words, more_path: path }) => ({
      title,
      options: words ? [...hits, { path, name: words, about: "" }] : hits,
    }));
  }

  /**
   * @param {{
   *   id: string, found?: contract.SearchFound,
   *   setProps: (props: { searched: contract.SearchTyped, searched_number: number }) => void
   * }} props
   */
  function SearchField({ id, found, setProps }) {
    const React = window.React;
    const e = React.createElement;
    const [text, setText] = React.useState("");
    const [isOpen, setOpen] = React.useState(false);
    const [active, setActive] = React.useState(-1);
    const [isLost, setLost] = React.useState(false);
    const field = React.useRef(/** @type {any} */ (null));
    const timer = React.useRef(0);
    const patience = React.useRef(0);
    /** The last question, and whether its answer is due. */
    const asked = React.useRef({ number: 0, text: "", isDue: false });
    /** The Enter that came before the answer that it is for. */
    const isEnterDue = React.useRef(false);
    /** The arrow keys that came before the list that they are for. */
    const early = React.useRef(/** @type {number[]} */ ([]));

    const wanted = text.trim();
    const answer = found && found.number === asked.current.number && asked.current.text === wanted ? found : null;
    const groups = isOpen && wanted ? groupsOf(answer) : [];
    const options = groups.flatMap((group) => group.options);
    const isShown = isOpen && Boolean(wanted);
    const words = isLost ? NO_ANSWER : answer ? answer.words : "";

    /** @param {string} next */
    function ask(next) {
      // One question at a time: what is typed meanwhile is asked when its answer is there.
      if (asked.current.isDue) return;
      // The end of the pause would ask the same once more, and the list were away until that answer.
      window.clearTimeout(timer.current);
      lastNumber += 1;
      asked.current = { number: lastNumber, text: next, isDue: true };
      setProps({ searched: { number: lastNumber, text: next.slice(0, LENGTH_MAX) }, searched_number: lastNumber });
      setLost(false);
      window.clearTimeout(patience.current);
      patience.current = window.setTimeout(function () {
        asked.current = { number: lastNumber, text: "\n", isDue: false };
        setLost(true);
      }, PATIENCE_MS);
    }

    /** @param {any} event */
    function type(event) {
      const next = event.target.value;
      setText(next);
      setOpen(true);
      forgetKeys();
      window.clearTimeout(timer.current);
      if (next.trim()) timer.current = window.setTimeout(() => ask(next.trim()), ASK_AFTER_MS);
    }

    function forgetKeys() {
      setActive(-1);
      isEnterDue.current = false;
      early.current = [];
    }

    function close() {
      setOpen(false);
      forgetKeys();
    }

    /** @param {{ path: string }} option */
    function open(option) {
      setText("");
      close();
      field.current.blur();
      const isOtherPage = option.path.split("?")[0] !== window.location.pathname;
      kvmgrid.go(addressOf(option.path));
      if (isOtherPage) kvmgrid.showTop();
    }

    /** @param {number} step */
    function walk(step) {
      // Of what is chosen by then: a second key may come before the first one is drawn.
      setActive((/** @type {number} */ before) => kvmgrid.walkList(before, [step], options.length));
    }

    /** @param {any} event */
    function key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[/** @type {string} */ (event.key)];
      if (step && options.length) {
        setOpen(true);
        walk(step);
      } else if (step && wanted) {
        setOpen(true);
        if (isOpen && !answer) early.current.push(step);
      } else if (event.key === "Enter" && options.length) open(options[Math.max(0, active)]);
      else if (event.key === "Enter" && wanted && !answer) isEnterDue.current = true;
      else if (event.key === "Escape" && (isOpen || text)) {
        if (!isShown) setText("");
        close();
        if (!isShown) field.current.blur();
      } else return;
      event.preventDefault();
    }

    React.useEffect(
      function () {
        if (!found || found.number !== asked.current.number || !asked.current.isDue) return;
        asked.current.isDue = false;
        window.clearTimeout(patience.current);
        if (wanted && asked.current.text !== wanted) ask(wanted);
        else {
          const chosen = kvmgrid.walkList(-1, early.current, options.length);
          const isEntered = isEnterDue.current && options.length > 0;
          forgetKeys();
          if (isEntered) open(options[Math.max(0, chosen)]);
          else setActive(chosen);
        }
      },
      [found]
    );

    React.useEffect(() => () => [timer, patience].forEach((each) => window.clearTimeout(each.current)), []);

    React.useLayoutEffect(function () {
      const option = field.current.closest(".search").querySelector("[aria-selected=true]");
      if (option) option.scrollIntoView({ block: "nearest" });
    });

    let index = -1;
    /** @param {contract.SearchHit} option */
    function row(option) {
      index += 1;
      const at = index;
      return e(
        "a",
        {
          key: option.path,
          id: id + "-option-" + at,
          href: addressOf(option.path),
          role: "option",
          tabIndex: -1,
          "aria-selected": at === active,
          className: "search__option" + (option.about || !option.path.includes("?") ? "" : " search__option--more"),
          // The field keeps the focus, as its list is part of it.
          onMouseDown: (/** @type {any} */ event) => event.preventDefault(),
          onClick: function (/** @type {any} */ event) {
            if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            open(option);
          },
        },
        e("span", { className: "search__name" }, option.name),
        option.about && e("span", { className: "search__about" }, option.about)
      );
    }
    const list = e(
      "div",
      { id: LIST, role: "listbox", "aria-label": "Hosts and VMs", className: "search__groups", hidden: !options.length },
      groups.map((group) =>
        e(
          "div",
          { key: group.title, role: "group", "aria-labelledby": id + "-" + group.title },
          e("div", { id: id + "-" + group.title, role: "presentation", className: "search__title" }, group.title),
          group.options.map(row)
        )
      )
    );
    return e(
      "search",
      { id, className: "search" },
      e("input", {
        ref: field,
        id: "shell-search-text",
        className: "search__field",
        type: "text",
        role: "combobox",
        "aria-label": "Search hosts and VMs",
        "aria-autocomplete": "list",
        "aria-expanded": options.length > 0,
        "aria-controls": LIST,
        "aria-activedescendant": options[active] ? id + "-option-" + active : undefined,
        "aria-describedby": id + "-about",
        placeholder: "Search  /",
        autoComplete: "off",
        autoCapitalize: "off",
        spellCheck: false,
        enterKeyHint: "go",
        maxLength: LENGTH_MAX,
        value: text,
        onChange: type,
        onKeyDown: key,
        onFocus: function () {
          setOpen(true);
          // The dashboard reads what it will look in.
          if (!wanted) ask("");
        },
        onClick: () => setOpen(true),
        onBlur: close,
      }),
      e("span", { id: id + "-about", className: "unseen" }, "by name, part of a UUID, tag, owner or former name"),
      e(
        "div",
        { className: "search__list", hidden: !isShown },
        list,
        e("p", { className: "search__words" + (answer && answer.is_failure ? " search__words--failure" : "") }, words || "Searching …")
      ),
      e("p", { className: "unseen", role: "status" }, isShown ? words : "")
    );
  }

  window.kvmgrid_components = Object.assign(window.kvmgrid_components || {}, { SearchField });
})();
