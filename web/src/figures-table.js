// "Show as table": the figures behind a picture, built when somebody asks for them.
import { element, text } from "./page-data.js";

function table({ columns, rows }, title) {
  const head = element("tr", {}, ...columns.map((name, index) => element("th", { scope: "col", class: index ? "number" : "" }, name)));
  const body = rows.map(([first, ...rest]) =>
    element("tr", {}, element("th", { scope: "row" }, first), ...rest.map((value) => element("td", { class: "number" }, value))),
  );
  const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title });
  scroll.append(element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
  return scroll;
}

/** Let the panel's button swap the picture for its figures and back. */
export function offerTable(panel, figures) {
  const button = panel.querySelector("[data-as-table]");
  const picture = panel.querySelector("[data-picture]");
  let shown = null;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (shown) {
      shown.remove();
      shown = null;
    } else {
      shown = table(figures(), panel.querySelector("h2").textContent);
      picture.after(shown);
    }
    picture.hidden = shown !== null;
    button.setAttribute("aria-expanded", String(shown !== null));
    button.textContent = text(shown ? "chart.as_picture" : "chart.as_table");
  });
}
