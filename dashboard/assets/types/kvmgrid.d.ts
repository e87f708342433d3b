// SPDX-License-Identifier: Apache-2.0
// What the scripts hang on the window, and the shapes that they hand to each other.
declare namespace kvmgrid {
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
  type Columns = Map<string, Float32Array>;
  interface Rows {
    times: Float64Array;
    columns: Columns;
  }
  interface HeldRows extends Rows {
    series: string;
    version: string;
  }
  interface Ink {
    colour: (token: string) => string;
    [name: string]: any;
  }
  interface Band {
    key: string;
    axis: string;
    legendTop: number;
    top: number;
    bottom: number;
  }
  interface Range {
    start: number;
    end: number;
  }
  interface CellBox {
    x: number;
    y: number;
    edge: number;
  }
  interface CellLayout {
    boxes: CellBox[];
    titles: { title: string; y: number }[];
    height: number;
  }
  interface CellMap {
    show(news: contract.CellNews): void;
    close(): void;
  }
  interface Requests {
    pendingSince: number | null;
    ask(isForced: boolean): void;
    close(): void;
    isOpen(number: number): boolean;
    receive(update: contract.Update): boolean;
  }
  interface TableRows {
    show(update: contract.Update): contract.Update;
    close(): void;
  }
  interface TableBlocks {
    wanted(): contract.BlockWanted | undefined;
    show(update: contract.Update): void;
    close(): void;
  }
  interface Held {
    seen(): contract.Seen;
    has(name: string): boolean;
    take(update: contract.Update): Drawing;
  }

  /** What one script hangs on window.kvmgrid for the others, by the script. */
  interface Shared {
    // address.js
    go(address: string): void;
    goWith(changes: Record<string, string | null>): void;
    onAddress(callback: () => void): () => void;
    routeAnew(): void;
    followHash(): void;
    // map/cell_layout.js, map/cell_drawing.js, map/cell_map.js
    layoutCells(cells: contract.CellMap, width: number): CellLayout;
    cellAt(layout: CellLayout, x: number, y: number): number;
    cellBy(layout: CellLayout, place: number, key: string): number | null;
    cellStates: string[];
    cellPalette(element: Element): Record<string, string>;
    drawCell(
      context: CanvasRenderingContext2D,
      box: CellBox,
      cell: { level: number; state: number; maximum: number },
      colours: Record<string, string>
    ): void;
    CellMap: new (place: HTMLElement) => CellMap;
    showTop(): void;
    // change.js
    changed(old: contract.Json, change: contract.Change | contract.Json): contract.Json;
    // connection_banner.js
    patienceMs(): number;
    expectAnswer(): void;
    expectNoAnswer(): void;
    showBanner(tree: contract.Tree | null): void;
    // held.js
    Held: new () => Held;
    // help.js, keys.js
    showHelp(): void;
    areKeysOn(): boolean;
    switchKeys(isOn: boolean): void;
    pageKeys(): { key: string; words: string; link: HTMLAnchorElement }[];
    // list_choice.js
    walkList(place: number, steps: number[], count: number): number;
    // live.js
    isPaused(): boolean;
    sayPast(isWanted: boolean): void;
    // markup.js
    build(tree: contract.Json): ChildNode;
    patch(node: ChildNode, tree: contract.Json): ChildNode;
    morph(parent: Element, children: contract.Json[]): void;
    // number_words.js
    UNKNOWN_VALUE: string;
    writeValue(unit: string, value: number): string;
    // range.js
    zoomTo(startSeconds: number, endSeconds: number): void;
    zoomBack(): void;
    goLive(): void;
    // range_texts.js
    endsInPast(toText: string, nowMs: number): boolean;
    lengthOf(fromText: string, toText: string, nowMs: number): number | null;
    lengthText(seconds: number): string;
    linkSearch(search: string, kind: string, range: Range | null): string | null;
    /** What the chart of the page shows. */
    shownRange: Range | null;
    // requests.js
    Requests: new (send: (number: number, isForced: boolean) => void) => Requests;
    requestNow(): void;
    isLoadingScripts(): boolean;
    forgetPending(): void;
    // router.js
    loadScript(address: string): Promise<void>;
    // stale.js
    markStale(root: Element | Document): void;
    // table.js, table_address.js, table_blocks.js, table_rows.js, table_values.js
    gridOf(id: string | undefined): tables.Grid | null;
    followTableAddress(grid: tables.Grid): void;
    TableBlocks: new (root: Element, ask: () => void) => TableBlocks;
    TableRows: new (root: Element, shown: (update: contract.Update) => void) => TableRows;
    fileText(value: unknown): string;
    isStaleRow(row: tables.Row): boolean;
    // cell_lines.js
    linePath(values: (number | null)[]): string;
    // template.js
    learnTemplates(described: { [name: string]: contract.Json }): Templates;
    expand(tree: contract.Tree, templates: Templates): contract.Tree;
    // times.js
    setServerNow(nowMs: number): void;
    serverNow(): number;
    zone(): string;
    useZone(zone: string): void;
    duration(seconds: number): string;
    clock(milliseconds: number, hasFractions?: boolean): string;
    writeText(element: Element, text: string): void;
    writeTimes(root: Element | Document): void;
    // chart.js and its neighbours
    isTouch(): boolean;
    ChartDrawing: new (element: HTMLElement, options: any) => any;
    timeAxisTrees(picture: contract.Picture): contract.Tree[];
    crosshairWords(picture: contract.Picture, seconds: number): string;
    drawCrosshair(line: HTMLElement, picture: contract.Picture, seconds: number | null, top: number): void;
    noRows: HeldRows;
    updateRows(held: HeldRows, update: contract.ColumnUpdate): HeldRows | null;
    drawnRows(held: HeldRows, picture: contract.Picture): Rows;
    nearestRow(times: Float64Array, seconds: number): number;
    newestRow(rows: Rows): number;
    linedPanel(panel: contract.Panel, picture: contract.Picture): contract.Panel;
    linedTable(table: contract.TableColumn[], picture: contract.Picture, columns: Columns): contract.TableColumn[];
    statisticOf(picture: contract.Picture, column: string): string;
    panelKind(picture: contract.Picture, shown: contract.Series[], hasBand: boolean): string;
    plotPixels(picture: contract.Picture, bands: Band[]): number;
    panelBands(picture: contract.Picture): Band[];
    chartLayout(picture: contract.Picture, bands: Band[], colour: (token: string) => string, isTouch: boolean): Record<string, any>;
    legendTrees(
      places: { panel: contract.Panel; subject: string; isKnown: boolean; kind: string; top: number }[],
      columns: Columns,
      hidden: Set<string>,
      colour: (token: string) => string,
      picture: contract.Picture
    ): contract.Tree[];
    writeLegendValues(place: Element, columns: Columns, hidden: Set<string>, row: number): void;
    chartCsv(panels: contract.Panel[], table: contract.TableColumn[], rows: Rows, picture: contract.Picture): string;
    chartFileName(subject: string, picture: contract.Picture, ending: string): string;
    chartPicture(figure: { data: object[]; layout: Record<string, any> }, about: any): any;
    saveChartRows(drawing: any): boolean;
    saveChartPicture(drawing: any, colour: (token: string) => string): Promise<boolean>;
    loadPlotly(address: string): Promise<any>;
    isPlotted(element: HTMLElement): boolean;
    fitPlotly(element: HTMLElement): void;
    purgePlotly(element: HTMLElement): void;
    drawPlotly(plotly: any, element: HTMLElement, figure: any, gestures: any): Promise<void>;
    columnWords(each: { column: string; words: string }, picture: contract.Picture): string;
    tableTree(table: contract.TableColumn[], rows: Rows, picture: contract.Picture): contract.Tree;
    outline(times: ArrayLike<number>, lower: ArrayLike<number>, upper: ArrayLike<number>): any;
    panelTraces(panel: contract.Panel, rows: Rows, ink: any): any[];
    gapTraces(gaps: contract.Stretch[], maximum: number, ink: any): any[];
    frameTrace(range: number[], axis: string): any;
  }
}

interface Window {
  // Each script makes what the scripts before it did not; kvmgrid.Shared is what is in it in the end.
  kvmgrid: any;
  kvmgrid_components: any;
}
