// SPDX-License-Identifier: Apache-2.0
// Draws the trees of dashboard/parts/markup.py and changes only what differs, so that focus, open lists and
// selections survive an update. Texts become text nodes; tags and attributes outside the lists below are
// refused, so that no tree can carry a script, whatever a VM is called.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const SVG = "http://www.w3.org/2000/svg";
  const SVG_TAGS = new Set(["svg", "circle", "rect", "path", "text", "g", "line"]);
  const HTML_TAGS = new Set(
    ("a article button caption code dd details div dl dt form h1 h2 h3 header input label li ol p section span " +
      "strong summary table tbody td th thead time tr ul").split(" ")
  );
  const ATTRIBUTES = new Set(
    ("autocomplete class cx cy d datetime height hidden href name placeholder r readonly role scope spellcheck " +
      "style tabindex title type viewBox width x x1 x2 y y1 y2").split(" ")
  );
  const STYLE = /^(width:\d+(\.\d+)?%|--[a-z-]+:([\w.#-]+|var\(--[a-z]+\)))$/;
  const ID = /^(vm|flaw)-[0-9a-f-]+$/;
  const ADDRESS = /^([/?#](?![/\\])|$)/;

  /**
   * Returns what is not a text as the element that it describes.
   * @param {contract.Json} tree
   * @returns {[string, Record<string, string>, ...contract.Json[]]}
   */
  function taken(tree) {
    return /** @type {any} */ (tree);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  function isAllowed(name, value) {
    if (name === "style") return STYLE.test(value);
    if (name === "id") return ID.test(value);
    if (name === "href") return ADDRESS.test(value);
    return ATTRIBUTES.has(name) || name.startsWith("aria-") || name.startsWith("data-");
  }

  /**
   * @param {Element} element
   * @param {Record<string, string>} wanted
   */
  function setAttributes(element, wanted) {
    for (const { name } of Array.from(element.attributes)) {
      // The browser itself opens and closes lists.
      if (!(name in wanted) && name !== "open") element.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(wanted)) {
      if (isAllowed(name, value) && element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
  }

  /**
   * @param {contract.Json} tree
   * @returns {ChildNode}
   */
  function build(tree) {
    if (typeof tree === "string") return document.createTextNode(tree);
    const [tag, attributes, ...children] = taken(tree);
    let element;
    if (SVG_TAGS.has(tag)) element = document.createElementNS(SVG, tag);
    else if (HTML_TAGS.has(tag)) element = document.createElement(tag);
    else throw new Error("refused element " + tag);
    for (const [name, value] of Object.entries(attributes)) if (isAllowed(name, value)) element.setAttribute(name, value);
    for (const child of children) element.appendChild(build(child));
    return element;
  }

  /**
   * @param {Node} node
   * @param {contract.Json} tree
   */
  function fits(node, tree) {
    if (typeof tree === "string") return node.nodeType === Node.TEXT_NODE;
    return node instanceof Element && node.localName === taken(tree)[0];
  }

  /**
   * Returns the node that now stands for the tree: the old one where it fits.
   * @param {ChildNode} node
   * @param {contract.Json} tree
   * @returns {ChildNode}
   */
  function patch(node, tree) {
    if (!fits(node, tree)) {
      const fresh = build(tree);
      node.replaceWith(fresh);
      return fresh;
    }
    if (typeof tree === "string") {
      if (node.nodeValue !== tree) node.nodeValue = tree;
      return node;
    }
    const element = /** @type {Element} */ (node);
    const [tag, attributes, ...children] = taken(tree);
    setAttributes(element, attributes);
    // Times are written by times.js, every second.
    if (tag !== "time") morph(element, children);
    return node;
  }

  /**
   * @param {Element} parent
   * @param {contract.Json[]} children
   */
  function morph(parent, children) {
    children.forEach((tree, index) => {
      const node = parent.childNodes[index];
      if (node) patch(node, tree);
      else parent.appendChild(build(tree));
    });
    while (parent.childNodes.length > children.length) parent.childNodes[children.length].remove();
  }

  kvmgrid.build = build;
  kvmgrid.patch = patch;
  kvmgrid.morph = morph;
})();
