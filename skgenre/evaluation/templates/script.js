"use strict";
(() => {
  const table = document.querySelector("table.songs");
  const body = table.tBodies[0];
  const controls = document.querySelector("form.controls");
  const search = document.getElementById("search");
  const mistakes = document.getElementById("mistakes");
  const shown = document.getElementById("shown");
  const nothing = document.querySelector("p.nothing");
  const collator = new Intl.Collator(undefined, { numeric: true });
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const songs = [...body.rows].map((row) => ({ row, text: plain(row.textContent) }));

  function filter() {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let n = 0;
    for (const { row, text } of songs) {
      const fits = words.every((word) => text.includes(word));
      row.hidden = !fits || (mistakes.checked && !row.classList.contains("wrong"));
      n += !row.hidden;
    }
    shown.textContent = `${n.toLocaleString("en")} of ${songs.length.toLocaleString("en")}`;
    nothing.hidden = n > 0;
  }

  function value(row, column) {
    const cell = row.cells[column];
    return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent;
  }

  function sort(header) {
    const column = header.cellIndex;
    const descending = header.getAttribute("aria-sort") === "ascending";
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const sign = descending ? -1 : 1;
    const keyed = songs.map(({ row }) => ({ row, key: value(row, column) }));
    keyed.sort((one, other) =>
      sign * (typeof one.key === "number" ? one.key - other.key : collator.compare(one.key, other.key)));
    body.append(...keyed.map(({ row }) => row));
  }

  for (const header of table.tHead.rows[0].cells) {
    if (header.textContent === "Course") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    button.addEventListener("click", () => sort(header));
    header.replaceChildren(button);
  }
  search.addEventListener("input", filter);
  mistakes.addEventListener("change", filter);
  controls.addEventListener("submit", (event) => event.preventDefault());
  table.classList.add("sortable");
  controls.hidden = false;
  filter();
})();
