// SPDX-License-Identifier: Apache-2.0
// What may stand in dashboard/assets. Which names exist is for the type checker, which knows their types too.
import javascript from "@eslint/js";

// What a page shows comes from hosts and VMs: it is text, and never read as markup or as a script.
const MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc", "createContextualFragment", "parseFromString"];

export default [
  { ignores: ["dashboard/assets/plotly/**"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  javascript.configs.recommended,
  {
    files: ["dashboard/assets/**/*.js"],
    // Classic scripts: the browser loads each file by itself, and all share one window.
    languageOptions: { ecmaVersion: 2022, sourceType: "script" },
    rules: {
      "no-undef": "off",
      strict: ["error", "function"],
      "no-implicit-globals": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "no-restricted-properties": ["error", ...MARKUP.map((property) => ({ property })), { object: "document", property: "write" }],
      "no-console": "error",
      "no-alert": "error",
      "no-shadow": "error",
      "no-param-reassign": "error",
      "no-unused-vars": ["error", { args: "after-used" }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "default-case-last": "error",
      "consistent-return": "off",
      "max-lines": ["error", 350],
      "max-len": ["error", { code: 140 }],
    },
  },
];
