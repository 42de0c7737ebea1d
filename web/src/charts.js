// ECharts comes as a file of its own, shared by all pages, when a page first draws.
let loading = null;

/** Of a series that looks the same under the pointer, so that no second look of every mark is made ready. */
export const PLAIN = { disabled: true };

/** Load ECharts; its address stands in the page, with the hash of its bytes. */
export function loadCharts() {
  loading ??= import(document.getElementById("echarts").href);
  return loading;
}

/** Draw a chart now and again whenever its box changes size. */
export async function keepDrawn(box, options) {
  const { init } = await loadCharts();
  const chart = init(box, null, { renderer: "canvas" });
  let drawn = "";
  const draw = () => {
    const { clientWidth, clientHeight } = box;
    const size = `${clientWidth}x${clientHeight}`;
    // The observer tells of a box at once, though nothing has changed.
    if (!clientWidth || !clientHeight || size === drawn) return;
    if (drawn) chart.resize();
    drawn = size;
    chart.setOption(options(clientWidth, clientHeight), { notMerge: true });
  };
  new ResizeObserver(draw).observe(box);
  draw();
  return chart;
}
