// SPDX-License-Identifier: Apache-2.0
// Written by `python -m dashboard.charts.typescript` from dashboard/charts/contract.py: change that.
declare namespace contract {
  interface Series {
    column: string;
    words: string;
    colour: string;
    drawing: "stack" | "area" | "line";
    width_pixels: number;
    dash: "solid" | "dot" | "dash";
    is_hidden: boolean;
    explanation: string;
  }
  interface Panel {
    key: string;
    title: string;
    unit: "ratio" | "cores" | "bytes" | "bytes_per_second" | "bits_per_second" | "per_second" | "seconds" | "celsius";
    height_pixels: number;
    series: Series[];
    maximum?: number;
    floor?: number;
    capacity_columns?: string[];
    ground_column?: string;
    is_optional?: boolean;
  }
  interface TableColumn {
    words: string;
    column: string;
    unit: "ratio" | "cores" | "bytes" | "bytes_per_second" | "bits_per_second" | "per_second" | "seconds" | "celsius";
  }
  interface ChartView {
    series: string;
    version: string;
    picture: string;
    width_pixels: number;
  }
  interface TypedArray {
    dtype: "f4" | "f8";
    bdata: string;
  }
  interface ColumnUpdate {
    series: string;
    version: string;
    base: string;
    dropped_count: number;
    kept_count: number;
    times_seconds: TypedArray;
    columns: { [name: string]: TypedArray };
  }
  interface Tick {
    value: number;
    text: string;
  }
  interface Stretch {
    start_seconds: number;
    end_seconds: number;
    is_silence: boolean;
    is_off: boolean;
  }
  interface PanelState {
    key: string;
    is_known: boolean;
    height_pixels: number;
    maximum: number;
    ticks: Tick[];
    subject: string;
  }
  interface Picture {
    start_seconds: number;
    end_seconds: number;
    bucket_seconds: number;
    resolution: string;
    left_pixels: number;
    right_pixels: number;
    ticks: Tick[];
    panels: PanelState[];
    gaps: Stretch[];
    events_seconds: number[];
    moves_seconds: number[];
    marks: Tree;
    marks_pixels: number;
    nothing: Tree;
    statistic: string;
    lined: string[];
    before: string;
    names?: { [name: string]: string };
  }
  interface ChartUpdate {
    number: number;
    name: string;
    picture?: Picture;
    rows?: ColumnUpdate;
  }
}
