// ECharts comes as a file of its own, shared by all pages, when a page first draws.
let loading = null;

/** Load ECharts; its address stands in the page, with the hash of its bytes. */
export function loadCharts() {
  loading ??= import(document.getElementById("echarts").href);
  return loading;
}

/** Draw a chart now and again whenever its box changes size. */
export async function keepDrawn(box, options) {
  const { init } = await loadCharts();
  await document.fonts.ready;
  const chart = init(box, null, { renderer: "canvas" });
  const draw = () => {
    if (!box.clientWidth || !box.clientHeight) return;
    chart.resize();
    chart.setOption(options(box.clientWidth, box.clientHeight), { notMerge: true });
  };
  new ResizeObserver(draw).observe(box);
  draw();
  return chart;
}
