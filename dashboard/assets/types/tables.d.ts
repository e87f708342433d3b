// SPDX-License-Identifier: Apache-2.0
// What tables have: AG Grid as far as scripts call it, and the rows of dashboard/components/table_feed.py.

declare namespace tables {
  interface Row {
    [field: string]: string | number | boolean | undefined;
    host: string;
    sampled_at?: string;
    stale_at?: string;
    freshness: string;
    health_state?: string;
    health_score?: number;
    reason?: string;
    is_simulated?: boolean;
    domain_count?: number;
    /** Of a row of a long table. */
    id?: string;
    is_gone?: boolean;
    uuid?: string;
    name?: string;
    title?: string;
    former_names?: string;
    state_name?: string;
    contested_by?: string;
    memory_assigned_bytes?: number;
    memory_age_seconds?: number;
    moved_at?: string;
    moved_from?: string;
  }
  interface Definition {
    field: string;
    headerName: string;
    initialSort?: string;
    context: {
      unit: string;
      words: string;
      name?: string;
      lines?: string;
      isOptional?: boolean;
      isHidden?: boolean;
      isFirst?: boolean;
      isOver?: boolean;
    };
  }
  interface Params {
    /** Undefined while the block of the row is on its way. */
    data: Row;
    value: any;
    colDef: Definition;
  }
  interface Node {
    data: Row;
    id?: string;
    rowIndex: number | null;
    updateData(data: Row): void;
  }
  /** What AG Grid asks the source of a long table. */
  interface BlockParams {
    startRow: number;
    endRow: number;
    successCallback(rows: object[], total: number): void;
    failCallback(): void;
  }
  interface ColumnState {
    colId: string;
    sort?: string | null;
  }
  interface Column {
    getColId(): string;
    getSort(): string | null | undefined;
    isPinned(): boolean;
    getColDef(): Definition;
    isVisible(): boolean;
  }
  interface Focus {
    api: Grid;
    rowIndex: number | null;
    column: Column;
  }
  interface Theme {
    withParams(params: Record<string, string | number>): Theme;
  }
  interface Grid {
    isDestroyed(): boolean;
    getDisplayedRowAtIndex(index: number): Node | undefined;
    getRowNode(id: string): Node | undefined;
    getFocusedCell(): { rowIndex: number; column: Column } | null;
    getFirstDisplayedRowIndex(): number;
    getDisplayedRowCount(): number;
    getAllDisplayedColumns(): Column[];
    ensureIndexVisible(rowIndex: number): void;
    setFocusedCell(rowIndex: number, column: Column): void;
    forEachNode(callback: (node: Node) => void): void;
    /** Null before there are columns. */
    getColumns(): Column[] | null;
    setColumnsVisible(ids: string[], visible: boolean): void;
    redrawRows(options: { rowNodes: Node[] }): void;
    setGridOption(name: string, value: unknown): void;
    getGridOption(name: string): unknown;
    getFirstDisplayedRowIndex(): number;
    getLastDisplayedRowIndex(): number;
    ensureIndexVisible(index: number, place: string): void;
    applyColumnState(state: { state: ColumnState[]; defaultState: { sort: null } }): void;
    setColumnWidths(widths: { key: string; newWidth: number }[]): void;
    refreshHeader(): void;
    setRowCount(count: number, isKnown: boolean): void;
    applyTransaction(news: { add: object[]; update: object[]; remove: Row[] }): void;
    exportDataAsCsv(options: {
      fileName?: string;
      columnKeys: string[];
      processCellCallback: (params: { value: unknown }) => string;
    }): void;
  }
}

interface Window {
  /** There once the first page with a table was opened. */
  dash_ag_grid: { getApi(id: string): tables.Grid };
  dashAgGridFunctions?: Record<string, Function>;
  dashAgGridComponentFunctions?: Record<string, Function>;
}
