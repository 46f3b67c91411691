/* The explorer: filters, sorting and copying for tables that ask for it.
   Without this script the table is whole; with it, nothing is fetched. */
(() => {
  "use strict";

  const FACETS = [
    ["endpoint", "Endpoint", "endpoints"],
    ["protocol", "Protocol", "protocols"],
    ["cloud", "Cloud", "clouds"],
    ["requirement", "Requirement", "requirement"],
  ];
  /* What the build found in a translation; English is the rest. */
  let words = {};
  const say = (english, ...values) => {
    const [first, ...parts] = (words[english] || english).split("{}");
    return first + parts.map((part, at) => values[at] + part).join("");
  };
  const collator = new Intl.Collator(undefined, { numeric: true });

  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  const text = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const values = (row, name) => (row.dataset[name] || "").split("|").filter(Boolean);

  const explore = (table, number) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = table.tHead ? [...table.tHead.rows[0].cells] : [];
    const titles = heads.map(text);
    const words = new Map();
    const read = () => rows.forEach((row) => words.set(row, text(row).toLowerCase()));
    read();
    // Every table of a page has parameters of its own in the address.
    const key = (name) => `ports${number || ""}-${name}`;
    const state = { sort: -1, down: false };
    const fields = {};

    /* What the page leaves open for a cloud is shown with the rest: left
       out, it would pass for closed. */
    const open = (row) =>
      fields.cloud && fields.cloud.value && values(row, "open").includes(fields.cloud.value);
    const fits = (row) =>
      !("out" in row.dataset) &&
      words.get(row).includes(fields.q.value.trim().toLowerCase()) &&
      FACETS.every(([name, , data]) => {
        const wanted = fields[name] && fields[name].value;
        return !wanted || values(row, data).includes(wanted) || (name === "cloud" && open(row));
      });

    const count = make("p", { class: "avi-explorer-count", role: "status" });

    const remember = () => {
      const url = new URL(location.href);
      for (const [name, field] of Object.entries(fields)) {
        if (field.value) url.searchParams.set(key(name), field.value);
        else url.searchParams.delete(key(name));
      }
      const order = (state.down ? "-" : "") + (state.sort + 1);
      if (state.sort >= 0) url.searchParams.set(key("sort"), order);
      else url.searchParams.delete(key("sort"));
      try {
        history.replaceState(history.state, "", url);
      } catch {
        // Some local pages may not change their address: no harm is done.
      }
    };

    const update = () => {
      const cell = (row) => text(row.cells[state.sort]);
      const order = [...rows];
      if (state.sort >= 0) {
        const sign = state.down ? -1 : 1;
        order.sort((a, b) => sign * collator.compare(cell(a), cell(b)));
      }
      body.append(...order);
      let shown = 0;
      let asked = 0;
      for (const row of rows) {
        row.hidden = !fits(row);
        row.classList.toggle("avi-open", Boolean(!row.hidden && open(row)));
        shown += !row.hidden;
        asked += !row.hidden && Boolean(open(row));
      }
      heads.forEach((head, at) => {
        const sorted = at === state.sort;
        head.setAttribute("aria-sort", sorted ? (state.down ? "descending" : "ascending") : "none");
      });
      count.textContent = asked
        ? say("{} of {} flows; for {} of them the page does not say whether they apply", shown, rows.length, asked)
        : say("{} of {} flows", shown, rows.length);
      remember();
    };

    const shown = () => [...body.rows].filter((row) => !row.hidden);
    const grid = () => [titles, ...shown().map((row) => [...row.cells].map(text))];
    const csv = () =>
      grid()
        // A spreadsheet would take a leading sign for a formula.
        .map((line) => line.map((c) => `"${c.replace(/^[=+\-@]/, "'$&").replace(/"/g, '""')}"`).join(","))
        .join("\r\n");
    const markdown = () => {
      const [head, ...lines] = grid().map((line) => line.map((c) => c.replace(/[\\|]/g, "\\$&")));
      return [head, head.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");
    };
    const copy = async (what, name) => {
      let done = true;
      try {
        await navigator.clipboard.writeText(what);
      } catch {
        const area = make("textarea", { "aria-hidden": "true" });
        area.value = what;
        document.body.append(area);
        area.select();
        done = document.execCommand("copy");
        area.remove();
      }
      count.textContent = done
        ? say("Copied as {}: {} flows", name, shown().length)
        : say("Copying was refused");
    };

    // Landmarks of one page have names of their own.
    const label = say("Filter the table") + (number ? ` (${number + 1})` : "");
    const bar = make("div", { class: "avi-explorer-bar", role: "search", "aria-label": label });
    const field = (name, title, control) => {
      fields[name] = control;
      bar.append(make("label", {}, say(title), control));
      control.addEventListener(control.tagName === "INPUT" ? "input" : "change", update);
    };
    field("q", "Text", make("input", { type: "search", autocomplete: "off" }));
    fields.q.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      fields.q.value = "";
      update();
    });
    for (const [name, title, data] of FACETS) {
      const found = new Set(rows.flatMap((row) => values(row, data)));
      if (name === "cloud") rows.forEach((row) => values(row, "open").forEach((c) => found.add(c)));
      if (found.size < 2) continue;
      const all = make("option", { value: "" }, say("all"));
      const each = [...found].sort(collator.compare).map((v) => make("option", { value: v }, say(v)));
      field(name, title, make("select", {}, all, ...each));
    }
    const button = (title, action) => {
      const made = make("button", { type: "button" }, say(title));
      made.addEventListener("click", action);
      bar.append(made);
    };
    button("Reset", () => {
      for (const control of Object.values(fields)) control.value = "";
      state.sort = -1;
      update();
    });
    button("Copy as CSV", () => copy(csv(), "CSV"));
    button("Copy as Markdown", () => copy(markdown(), "Markdown"));
    bar.append(count);
    table.before(bar);

    heads.forEach((head, at) => {
      const made = make("button", { type: "button" }, titles[at]);
      head.replaceChildren(made);
      // Up, down, and back to the order of the page.
      made.addEventListener("click", () => {
        if (state.sort !== at) Object.assign(state, { sort: at, down: false });
        else if (!state.down) state.down = true;
        else state.sort = -1;
        update();
      });
    });

    // What a deployment decides changes the rows, and which of them are in.
    table.addEventListener("avi-decided", () => {
      read();
      update();
    });

    const given = new URL(location.href).searchParams;
    for (const [name, control] of Object.entries(fields)) {
      control.value = given.get(key(name)) || "";
      // A value that there is no option for is no filter.
      if (control.selectedIndex === -1) control.value = "";
    }
    const order = /^(-?)([1-9]\d*)$/.exec(given.get(key("sort")) || "");
    if (order && order[2] <= heads.length) {
      Object.assign(state, { sort: order[2] - 1, down: Boolean(order[1]) });
    }
    update();
  };

  const start = () => {
    const given = document.querySelector("[data-avi-words]");
    if (given) words = JSON.parse(given.dataset.aviWords);
    document.querySelectorAll("table.avi-explorer").forEach(explore);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
