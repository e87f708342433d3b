// SPDX-License-Identifier: Apache-2.0
// Written by `python -m dashboard.components.filter_typescript` from dashboard/filters/contract.py: change that.
declare namespace contract {
  interface FilterTyped {
    number: number;
    text: string;
    caret: number;
  }
  interface FilterFault {
    words: string;
    start: number;
    end: number;
  }
  interface FilterChoice {
    text: string;
    about: string;
  }
  interface FilterChecked {
    number: number;
    fault?: FilterFault;
    start: number;
    end: number;
    choices: FilterChoice[];
  }
}
