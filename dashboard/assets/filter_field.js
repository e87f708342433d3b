// SPDX-License-Identifier: Apache-2.0
// The component FilterField of dashboard/components/filter_field.py: a text field with a list of completions, as
// the ARIA pattern of an editable combobox has it. What is applied is the parameter q of the address, one step of
// the browser's history each time.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const PARAMETER = "q";
  const ASK_AFTER_MS = 120;
  // Bound of the contract; the dashboard says what a filter may have.
  const LENGTH_MAX = 2048;

  let lastNumber = 0;

  function applied() {
    return new URLSearchParams(window.location.search).get(PARAMETER) || "";
  }

  /** @param {string} text */
  function addressWith(text) {
    const wanted = new URLSearchParams(window.location.search);
    if (text) wanted.set(PARAMETER, text);
    else wanted.delete(PARAMETER);
    const search = wanted.toString();
    return window.location.pathname + (search ? "?" + search : "");
  }

  // The dashboard counts characters, the browser halves of some.
  /**
   * @param {string} text
   * @param {number} place
   */
  function toCharacters(text, place) {
    return Array.from(text.slice(0, place)).length;
  }

  /**
   * @param {string} text
   * @param {number} characters
   */
  function toPlace(text, characters) {
    return Array.from(text).slice(0, characters).join("").length;
  }

  /**
   * @param {string} text
   * @param {contract.FilterFault | null} fault
   */
  function marks(text, fault) {
    const e = window.React.createElement;
    if (!fault) return null;
    const [start, end] = [toPlace(text, fault.start), toPlace(text, fault.end)];
    return [
      text.slice(0, start),
      e("span", { key: "wrong", className: "filter__wrong" }, text.slice(start, end)),
      text.slice(end),
    ];
  }

  /**
   * @param {{
   *   id: string, label: string, example: string, checked?: contract.FilterChecked,
   *   setProps: (props: { typed: contract.FilterTyped, typed_number: number }) => void
   * }} props
   */
  function FilterField({ id, label, example, checked, setProps }) {
    const React = window.React;
    const e = React.createElement;
    const [text, setText] = React.useState(applied);
    const [appliedText, setAppliedText] = React.useState(text);
    const shown = React.useRef(text);
    const [isOpen, setOpen] = React.useState(false);
    /** The text of the completion that arrow keys have chosen: another answer may have it at another place. */
    const [chosen, setChosen] = React.useState("");
    // While a text is typed, its end is unfinished rather than wrong.
    const [isTyping, setTyping] = React.useState(false);
    const field = React.useRef(/** @type {any} */ (null));
    const shade = React.useRef(/** @type {any} */ (null));
    const timer = React.useRef(0);
    const asked = React.useRef({ number: 0, text: "" });
    /** The text to apply as soon as it is known to be good. */
    const awaited = React.useRef(/** @type {string | null} */ (null));
    const caret = React.useRef(/** @type {number | null} */ (null));
    /** The arrow keys that came before the list that they are for. */
    const early = React.useRef(/** @type {number[]} */ ([]));
    const words = React.useRef("");

    const answer = checked && checked.number === asked.current.number && asked.current.text === text ? checked : null;
    const choices = answer && isOpen ? answer.choices : [];
    const active = choices.findIndex((choice) => choice.text === chosen);
    const isUnfinished = isTyping && answer && answer.fault && toPlace(text, answer.fault.end) >= text.trimEnd().length;
    const fault = (answer && !isUnfinished && answer.fault) || null;
    // The words stay until the next answer, so that the table below does not jump with every letter.
    if (answer) words.current = fault ? fault.words : "";

    /**
     * @param {string} wanted
     * @param {number} place
     * @param {number} delayMs
     */
    function ask(wanted, place, delayMs) {
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(function () {
        lastNumber += 1;
        asked.current = { number: lastNumber, text: wanted };
        const typed = { number: lastNumber, text: wanted.slice(0, LENGTH_MAX), caret: Math.min(toCharacters(wanted, place), LENGTH_MAX) };
        setProps({ typed, typed_number: lastNumber });
      }, delayMs);
    }

    /** @param {string} wanted */
    function apply(wanted) {
      awaited.current = null;
      shown.current = wanted;
      setAppliedText(wanted);
      if (wanted !== applied()) kvmgrid.go(addressWith(wanted));
    }

    function submit() {
      setTyping(false);
      setOpen(false);
      early.current = [];
      awaited.current = text;
      if (answer) decideAwaited(answer);
      else ask(text, text.length, 0);
    }

    /** @param {contract.FilterChecked} known */
    function decideAwaited(known) {
      if (awaited.current === asked.current.text && !known.fault) apply(awaited.current);
      awaited.current = null;
    }

    /** @param {contract.FilterChoice} choice */
    function accept(choice) {
      if (!answer) return;
      const before = text.slice(0, toPlace(text, answer.start));
      const after = text.slice(toPlace(text, answer.end));
      const isSpaced = choice.text.endsWith(" ") && after.startsWith(" ");
      const wanted = before + choice.text + (isSpaced ? after.slice(1) : after);
      caret.current = before.length + choice.text.length;
      setText(wanted);
      setChosen("");
      ask(wanted, caret.current, 0);
    }

    /** @param {number[]} steps */
    function walk(steps) {
      // Of what is chosen by then: a second key may come before the first one is drawn.
      setChosen(function (/** @type {string} */ before) {
        const place = choices.findIndex((choice) => choice.text === before);
        const choice = choices[kvmgrid.walkList(place, steps, choices.length)];
        return choice ? choice.text : "";
      });
    }

    /** @param {any} event */
    function type(event) {
      setText(event.target.value);
      setTyping(true);
      setOpen(true);
      setChosen("");
      awaited.current = null;
      early.current = [];
      ask(event.target.value, event.target.selectionStart, ASK_AFTER_MS);
    }

    function clear() {
      setText("");
      setTyping(false);
      ask("", 0, 0);
      apply("");
      field.current.focus();
    }

    /** @param {any} event */
    function key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[/** @type {string} */ (event.key)];
      if (step && !isOpen) {
        setOpen(true);
        ask(text, field.current.selectionStart, 0);
      } else if (step && !answer) early.current.push(step);
      else if (step && choices.length) walk([step]);
      else if (event.key === "Enter" && choices[active]) accept(choices[active]);
      else if (event.key === "Escape" && isOpen) setOpen(false);
      // The keys of one letter are heard again.
      else if (event.key === "Escape") field.current.blur();
      else return;
      event.preventDefault();
    }

    React.useEffect(function () {
      const path = window.location.pathname;
      if (text) ask(text, text.length, 0);
      const end = kvmgrid.onAddress(function () {
        if (window.location.pathname !== path) return;
        const now = applied();
        if (now === shown.current) return;
        shown.current = now;
        setAppliedText(now);
        setText(now);
        setTyping(false);
        ask(now, now.length, 0);
      });
      return function () {
        end();
        window.clearTimeout(timer.current);
      };
    }, []);

    React.useEffect(
      function () {
        if (!answer) return;
        if (awaited.current !== null) decideAwaited(answer);
        if (early.current.length) walk(early.current);
        early.current = [];
      },
      [answer]
    );

    React.useLayoutEffect(function () {
      if (caret.current !== null) field.current.setSelectionRange(caret.current, caret.current);
      caret.current = null;
      if (shade.current) shade.current.scrollLeft = field.current.scrollLeft;
      const option = field.current.closest(".filter").querySelector("[aria-selected=true]");
      if (option) option.scrollIntoView({ block: "nearest" });
    });

    const list = e(
      "ul",
      { id: id + "-choices", role: "listbox", "aria-label": "Completions", className: "filter__choices", hidden: !choices.length },
      choices.map((choice, index) =>
        e(
          "li",
          {
            key: choice.text,
            id: id + "-choice-" + index,
            role: "option",
            "aria-selected": index === active,
            className: "filter__choice",
            onMouseDown: (/** @type {any} */ event) => event.preventDefault(),
            onClick: () => accept(choice),
          },
          e("code", {}, choice.text),
          e("span", {}, choice.about)
        )
      )
    );
    const input = e("input", {
      ref: field,
      id: id + "-text",
      className: "filter__field",
      type: "text",
      role: "combobox",
      "aria-label": label,
      "aria-autocomplete": "list",
      "aria-expanded": choices.length > 0,
      "aria-controls": id + "-choices",
      "aria-activedescendant": choices[active] ? id + "-choice-" + active : undefined,
      "aria-invalid": Boolean(fault),
      "aria-describedby": id + "-fault",
      placeholder: example,
      autoComplete: "off",
      autoCapitalize: "off",
      spellCheck: false,
      enterKeyHint: "search",
      value: text,
      onChange: type,
      onKeyDown: key,
      onClick: function () {
        setOpen(true);
        ask(text, field.current.selectionStart, 0);
      },
      onScroll: () => (shade.current.scrollLeft = field.current.scrollLeft),
      onBlur: function () {
        setOpen(false);
        setTyping(false);
      },
    });
    return e(
      "form",
      {
        id,
        className: "filter",
        role: "search",
        onSubmit: function (/** @type {any} */ event) {
          event.preventDefault();
          submit();
        },
      },
      e(
        "div",
        { className: "filter__line" },
        e(
          "div",
          { className: "filter__box" },
          e("div", { ref: shade, className: "filter__marks", "aria-hidden": true }, marks(text, fault)),
          input,
          list
        ),
        e("button", { type: "submit", className: "button button--strong", hidden: text === appliedText }, "Apply"),
        e("button", { type: "button", className: "button", hidden: !text, onClick: clear }, "Clear")
      ),
      e("p", { id: id + "-fault", className: "filter__fault", role: "status" }, words.current)
    );
  }

  window.kvmgrid_components = Object.assign(window.kvmgrid_components || {}, { FilterField });
})();
