// A square for each day of the year: its green share. A day without a figure is a gap, not a zero.
import { PLAIN } from "./charts.js";
import { data, element, number, pixels, text, token } from "./page-data.js";

// Both scales hold the 30 % that the direct-connection rule asks for; a park far below it gets the
// finer steps, so that its days can be told apart. The scale in use stands under the picture.
const EDGES_BELOW_RULE_PERCENT = [2, 5, 10, 30];
const EDGES_PERCENT = [10, 30, 50, 70];
const RULE_PERCENT = 30;
const MISSING = -1;
const NARROW_MONTHS = 3;

const percent = (ratio) => (ratio === null ? null : ratio * 100);

export function calendarOptions(width, height) {
  const size = pixels(0.82);
  const narrow = width < 560;
  const days = narrow ? lastMonths() : data.calendar;
  const last = days.at(-1)[0];
  const range = narrow ? [days[0][0], last] : [aYearBefore(last), last];
  const weeks = narrow ? NARROW_MONTHS * 4.6 + 1 : 53.4;
  const left = pixels(2.6);
  const legend = pixels(2.1);
  const top = pixels(1.6);
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    tooltip: { confine: true, backgroundColor: token("panel"), borderColor: token("line"), formatter: ({ value }) => tip(value) },
    visualMap: {
      type: "piecewise",
      orient: "horizontal",
      left: narrow ? "center" : undefined,
      right: narrow ? undefined : 14,
      bottom: 4,
      itemWidth: size,
      itemHeight: size,
      itemGap: size * (narrow ? 0.4 : 0.6),
      textGap: 4,
      dimension: 1,
      selectedMode: false,
      hoverLink: false,
      textStyle: { color: token("ink-3"), fontSize: size },
      pieces: pieces(),
    },
    calendar: {
      range,
      left,
      top,
      cellSize: [(width - left - 14) / weeks, (height - top - legend - 6) / 7],
      itemStyle: { color: "transparent", borderColor: token("panel"), borderWidth: 2 },
      splitLine: { lineStyle: { color: token("ink-3"), width: 1 } },
      dayLabel: { firstDay: 1, color: token("ink-3"), fontSize: size, nameMap: text("chart.weekdays").split(" ") },
      monthLabel: { color: token("ink-3"), fontSize: size, nameMap: text("chart.months").split(" ") },
      yearLabel: { show: false },
    },
    series: [{ type: "heatmap", coordinateSystem: "calendar", emphasis: PLAIN, data: days.map(([day, ratio]) => [day, percent(ratio) ?? MISSING]) }],
  };
}

function aYearBefore(day) {
  const first = new Date(`${day}T00:00:00Z`);
  first.setUTCDate(first.getUTCDate() - 364);
  return first.toISOString().slice(0, 10);
}

function lastMonths() {
  const months = [...new Set(data.calendar.map(([day]) => day.slice(0, 7)))].slice(-NARROW_MONTHS);
  return data.calendar.filter(([day]) => months.includes(day.slice(0, 7)));
}

function pieces() {
  const greatest = Math.max(...data.calendar.map(([, ratio]) => percent(ratio) ?? 0));
  const bounds = [0, ...(greatest < RULE_PERCENT ? EDGES_BELOW_RULE_PERCENT : EDGES_PERCENT), Infinity];
  const shares = bounds.slice(0, -1).map((from, index) => {
    const to = bounds[index + 1];
    const words = to === Infinity ? `≥ ${from} %` : from === 0 ? `< ${to}` : `${from}–${to}`;
    return { gte: from, lt: to === Infinity ? 1e9 : to, label: words, color: token(`share-${index + 1}`) };
  });
  return [{ value: MISSING, label: text("chart.missing"), color: token("share-0") }, ...shares];
}

function tip([day, share]) {
  return element("div", { class: "tip" }, `${day} `, element("b", {}, share === MISSING ? text("chart.missing") : `${number(share, 2)} %`));
}

/** The same figures as rows for "show as table". */
export function calendarFigures() {
  return {
    columns: [text("chart.day"), `${text("chart.green_share")} %`],
    rows: data.calendar.map(([day, ratio]) => [day, number(percent(ratio), 2)]),
  };
}
