// The score of each hour of each day: days across, hours down. What is not known is a gap, not a zero.
import { data, element, number, pixels, text, token } from "./page-data.js";

const EDGES_PERCENT = [10, 30, 50, 70];
const FINE_EDGES_PERCENT = [2, 5, 10, 30];
const FINE_BELOW_PERCENT = 30;
const MISSING = -1;
const HOURS = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);

const percentOf = (perMille) => (perMille < 0 ? MISSING : perMille / 10);

/** The median of what is known decides the scale: a park far below the rule gets the finer steps. */
function pieces(cells) {
  const known = cells.map(([, , share]) => share).filter((share) => share >= 0).sort((a, b) => a - b);
  const middle = known[Math.floor(known.length / 2)] ?? 0;
  const bounds = [0, ...(middle < FINE_BELOW_PERCENT ? FINE_EDGES_PERCENT : EDGES_PERCENT), Infinity];
  const shares = bounds.slice(0, -1).map((from, index) => {
    const to = bounds[index + 1];
    const words = to === Infinity ? `≥ ${from} %` : from === 0 ? `< ${to}` : `${from}–${to}`;
    return { gte: from, lt: to === Infinity ? 1e9 : to, label: words, color: token(`share-${index + 1}`) };
  });
  return [{ value: MISSING, label: text("chart.missing"), color: token("share-0") }, ...shares];
}

function tip({ value: [day, hour, share] }) {
  const told = share === MISSING ? text("chart.missing") : `${text("green.map.share")} ${number(share, 1)} %`;
  return element("div", { class: "tip" }, `${data.hours.days[day]} ${HOURS[hour]} `, element("b", {}, told));
}

export function hourOptions(width) {
  const { days, per_mille: rows } = data.hours;
  const size = pixels(0.8);
  const cells = rows.flatMap((row, day) => row.map((share, hour) => [day, hour, percentOf(share)]));
  const every = Math.max(1, Math.ceil(days.length / (width / (size * 7))));
  const axis = { axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: token("ink-3"), fontSize: size } };
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    grid: { left: size * 4, right: 12, top: size * 0.8, bottom: size * 4.6 },
    tooltip: { confine: true, backgroundColor: token("panel"), borderColor: token("line"), formatter: tip },
    xAxis: { type: "category", data: days, ...axis, axisLabel: { ...axis.axisLabel, interval: (index) => index % every === 0, formatter: (day) => (days.length > 31 ? day.slice(2, 7) : day.slice(5)) } },
    yAxis: { type: "category", data: HOURS, inverse: true, ...axis, axisLabel: { ...axis.axisLabel, interval: (index) => index % 6 === 0 } },
    visualMap: {
      type: "piecewise",
      orient: "horizontal",
      left: "center",
      bottom: 2,
      itemWidth: size,
      itemHeight: size,
      itemGap: size * (width < 520 ? 0.3 : 0.6),
      textGap: 4,
      dimension: 2,
      selectedMode: false,
      hoverLink: false,
      textStyle: { color: token("ink-3"), fontSize: size },
      pieces: pieces(cells),
    },
    series: [{ type: "heatmap", data: cells, progressive: 0 }],
  };
}
