// SPDX-License-Identifier: Apache-2.0
// What the assets find on the window: React and Dash's functions, and what they hang there for each other.

/** What Dash offers to callbacks that run in the browser. */
interface DashClientside {
  set_props(id: string, props: Record<string, unknown>): void;
  no_update: unknown;
  callback_context: { triggered: { prop_id: string; value: unknown }[] };
  [namespace: string]: unknown;
}

interface Window {
  React: typeof React;
  dash_clientside: DashClientside;
}
