// SPDX-License-Identifier: Apache-2.0
// Written by `python -m dashboard.search.typescript` from dashboard/search/contract.py: change that.
declare namespace contract {
  interface SearchTyped {
    number: number;
    text: string;
  }
  interface SearchHit {
    path: string;
    name: string;
    about: string;
  }
  interface SearchGroup {
    title: string;
    hits: SearchHit[];
    more_words: string;
    more_path: string;
  }
  interface SearchFound {
    number: number;
    groups: SearchGroup[];
    words: string;
    is_failure: boolean;
  }
}
