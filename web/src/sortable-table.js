// Sorting by a click on a column head. Rows move only then; what is missing stays at the end.

function comparer(column, numeric, direction) {
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  return (left, right) => {
    const [a, b] = [left, right].map((row) => row.cells[column].dataset.value);
    if (a === "" || b === "") return (a === "") - (b === "");
    return direction * (numeric ? Number(a) - Number(b) : words.compare(a, b));
  };
}

export function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const numeric = head.classList.contains("number");
      const before = head.getAttribute("aria-sort");
      const rising = before ? before === "descending" : !numeric; // figures: largest first
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows].sort(comparer(column, numeric, rising ? 1 : -1));
      table.tBodies[0].append(...rows);
    });
  });
}
