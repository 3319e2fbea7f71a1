"use strict";
(() => {
  // Links may lead into what is folded, or to a row that the filter hides.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.hidden = false;
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    const fold = target.querySelector(":scope > .more > details");
    if (fold) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  const table = document.getElementById("all-tasks");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, place) => ({ row, place }));
  // Read when first wanted: a page of thousands of rows is to be there at once.
  const textOf = (one) =>
    (one.text ??= [0, 1, 4].map((number) => one.row.cells[number].textContent).join(" ").toLowerCase());

  const bar = document.getElementById("filter");
  const field = bar.querySelector("input");
  const chips = [...bar.querySelectorAll("button")];
  const shown = bar.querySelector("output");
  const tell = (count) => {
    shown.value = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`;
  };
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.value);
    let count = 0;
    for (const one of rows) {
      const fits =
        (!kinds.length || kinds.includes(one.row.className)) && words.every((word) => textOf(one).includes(word));
      one.row.hidden = !fits;
      count += fits;
    }
    tell(count);
  };
  field.addEventListener("input", filter);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  bar.hidden = false;
  tell(rows.length);

  // Figures stand in `data-by`; what has none comes last. Figures are first sorted from the greatest.
  const heads = [...table.tHead.rows[0].cells];
  const sort = (head, number) => {
    const figures = head.dataset.sort === "figures";
    const [first, second] = figures ? ["descending", "ascending"] : ["ascending", "descending"];
    const wanted = head.getAttribute("aria-sort") === first ? second : first;
    const sign = wanted === "ascending" ? 1 : -1;
    const value = ({ row }) => {
      const cell = row.cells[number];
      if (!figures) return cell.dataset.by || cell.textContent.trim();
      return cell.dataset.by === undefined ? null : Number(cell.dataset.by);
    };
    const keyed = rows.map((one) => ({ one, key: value(one) }));
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    keyed.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.one.place - b.one.place;
      const order = typeof a.key === "number" ? a.key - b.key : compare(a.key, b.key);
      return sign * order || a.one.place - b.one.place;
    });
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", wanted);
    body.append(...keyed.map(({ one }) => one.row));
  };
  heads.forEach((head, number) => {
    if (!head.dataset.sort) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head, number));
    head.replaceChildren(button);
  });
})();
