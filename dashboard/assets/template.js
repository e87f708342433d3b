// SPDX-License-Identifier: Apache-2.0
// Makes the trees of dashboard/markup.py from uses of the templates of dashboard/template.py.
(function () {
  "use strict";
  const kvmgrid = (window.kvmgrid = window.kvmgrid || {});

  const HOLE = /\{([a-z_]+)\}/;
  const templates = new Map();

  // Known is { name: [holes, tree] }.
  kvmgrid.learnTemplates = function (known) {
    templates.clear();
    for (const [name, [holes, tree]] of Object.entries(known)) templates.set("=" + name, { holes, fill: filler(tree) });
  };

  kvmgrid.expand = function (tree) {
    return expand(tree, null);
  };

  // Around are the fillings of the use that a tree stands in.
  function expand(tree, around) {
    if (!Array.isArray(tree)) return tree;
    const template = templates.get(tree[0]);
    if (!template) return tree.map((part) => expand(part, around));
    const fillings = Object.create(around);
    template.holes.forEach((hole, index) => (fillings[hole] = expand(tree[index + 1], fillings)));
    return template.fill(fillings);
  }

  // Returns what gives a part with its holes filled; one without holes is itself, for all uses. A filling is put in as it
  // is and never searched for holes; null leaves its child or attribute out.
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
    const fillers = Object.entries(part).map(([name, value]) => [name, filler(value)]);
    return (fillings) => {
      const values = fillers.map(([name, fill]) => [name, fill(fillings)]);
      return Object.fromEntries(values.filter(([, value]) => value !== null));
    };
  }
})();
