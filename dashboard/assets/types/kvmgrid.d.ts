// SPDX-License-Identifier: Apache-2.0
// What the scripts hang on the window, and the shapes that they hand to each other.
declare namespace kvmgrid {
  // Functions of one file that others use; not spelt out yet.
  type Shared = any;
  type Fillings = { [hole: string]: contract.Json };
  interface Template {
    holes: string[];
    fill: (fillings: Fillings) => contract.Json;
  }
  type Templates = Map<string, Template>;
  interface ListDrawing {
    name: string;
    items: { key: string; tree: contract.Tree }[];
    order: string[] | null;
  }
  interface Drawing {
    isNewFeed: boolean;
    gone: string[];
    parts: { name: string; tree: contract.Tree }[];
    lists: ListDrawing[];
  }
}

interface Window {
  kvmgrid: any;
  kvmgrid_components: any;
  dash_clientside: any;
  React: any;
}
