// SPDX-License-Identifier: Apache-2.0
// Makes trees from uses of the templates of dashboard/parts/template.py.
(function () {
  "use strict";
  /** @type {kvmgrid.Shared} */
  const kvmgrid = (window.kvmgrid = window.kvmgrid || /** @type {any} */ ({}));

  const HOLE = /\{([a-z_]+)\}/;

  /**
   * Returns templates by the tag of their uses, from { name: [holes, tree] }.
   * @param {{ [name: string]: contract.Json }} described
   * @returns {kvmgrid.Templates}
   */
  kvmgrid.learnTemplates = function (described) {
    const templates = new Map();
    for (const [name, words] of Object.entries(described)) {
      const [holes, tree] = /** @type {[string[], contract.Tree]} */ (words);
      templates.set("=" + name, { holes, fill: filler(tree) });
    }
    return templates;
  };

  /**
   * Returns a tree with every use replaced by what it stands for.
   * @param {contract.Tree} tree
   * @param {kvmgrid.Templates} templates
   * @returns {contract.Tree}
   */
  kvmgrid.expand = function (tree, templates) {
    return templates.size ? expand(tree, templates, null) : tree;
  };

  /**
   * @param {any} tree
   * @param {kvmgrid.Templates} templates
   * @param {kvmgrid.Fillings | null} around the fillings of the use that a tree stands in
   * @returns {any}
   */
  function expand(tree, templates, around) {
    if (!Array.isArray(tree)) return tree;
    const template = templates.get(tree[0]);
    if (!template) return tree.map((part) => expand(part, templates, around));
    const fillings = Object.create(around);
    template.holes.forEach((hole, index) => (fillings[hole] = expand(tree[index + 1], templates, fillings)));
    return template.fill(fillings);
  }

  /**
   * Returns what gives a part with its holes filled; one without holes is itself, for all uses. A filling is put in as it
   * is and never searched for holes; null leaves its child or attribute out.
   * @param {any} part
   * @returns {(fillings: kvmgrid.Fillings) => any}
   */
  function filler(part) {
    if (!HOLE.test(JSON.stringify(part))) return () => part;
    if (typeof part === "string") {
      // Texts and names of holes in turn.
      const pieces = part.split(HOLE);
      if (pieces.length === 3 && pieces[0] + pieces[2] === "") return (fillings) => fillings[pieces[1]];
      return (fillings) => pieces.map((piece, index) => (index % 2 ? fillings[piece] : piece)).join("");
    }
    if (Array.isArray(part)) {
      const fillers = part.map(filler);
      return (fillings) => fillers.map((fill) => fill(fillings)).filter((each) => each !== null);
    }
    const fillers = Object.entries(part).map(([name, value]) => ({ name, fill: filler(value) }));
    return (fillings) => {
      const values = fillers.map(({ name, fill }) => [name, fill(fillings)]);
      return Object.fromEntries(values.filter(([, value]) => value !== null));
    };
  }
})();
