// SPDX-License-Identifier: Apache-2.0
// What the renderer hangs on the window: React, and Dash's functions for callbacks in the browser.

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
