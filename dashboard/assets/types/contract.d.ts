// SPDX-License-Identifier: Apache-2.0
// Written by `python -m dashboard.parts.typescript` from dashboard/parts/contract.py: change that.
declare namespace contract {
  type Json = string | null | Json[] | { [name: string]: string };
  type Tree = Json[];
  type Change = { [index: string]: Change | Json };
  interface Seen {
    feed: string;
    cursor: number;
    parts?: { [name: string]: string };
  }
  interface BlockWanted {
    order: string;
    start: number;
    count: number;
    digest: string;
  }
  interface Request {
    number: number;
    path: string;
    search: string;
    zone: string;
    seen: Seen;
    block?: BlockWanted;
  }
  interface Part {
    hash: string;
    tree: Tree;
  }
  interface Items {
    trees?: { [name: string]: Tree };
    changes?: { [name: string]: Change };
    order?: string[];
  }
  interface RowNews {
    all?: { [name: string]: string | number | boolean }[];
    add?: { [name: string]: string | number | boolean }[];
    update?: { [name: string]: string | number | boolean }[];
    remove?: string[];
  }
  interface Block {
    order: string;
    total: number;
    start: number;
    digest: string;
    rows: { [name: string]: string | number | boolean }[];
  }
  interface CellGroup {
    title: string;
    count: number;
  }
  interface CellMap {
    keys: string[];
    groups?: CellGroup[];
    edges?: number[];
    path: string;
    fill: string;
    unit: string;
    maximum: number;
  }
  interface CellNews {
    all?: CellMap;
    places?: number[];
    levels?: number[];
    states?: number[];
    stale_seconds?: number[];
  }
  interface Update {
    number: number;
    now_ms: number;
    zone?: string;
    title?: string;
    banner?: Tree;
    feed?: string;
    cursor?: number;
    templates?: { [name: string]: Json };
    parts?: { [name: string]: Part };
    gone?: string[];
    lists?: { [name: string]: Items };
    rows?: RowNews;
    cells?: CellNews;
    block?: Block;
  }
}
