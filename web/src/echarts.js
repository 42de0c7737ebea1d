// The part of Apache ECharts that the pages use, and nothing else.
import { HeatmapChart, LineChart } from "echarts/charts";
import {
  CalendarComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapPiecewiseComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
// The canvas painter sets no style attributes, so the pages keep a strict Content-Security-Policy.
import { CanvasRenderer } from "echarts/renderers";

use([
  CalendarComponent,
  CanvasRenderer,
  GridComponent,
  HeatmapChart,
  LineChart,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapPiecewiseComponent,
]);

export { init };
