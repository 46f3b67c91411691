/* The explorer: filters, sorting and copying for tables that ask for it.
   Without this script the table is whole; with it, nothing is fetched. */
(() => {
  "use strict";

  const FACETS = [
    ["cloud", "Cloud", "clouds"],
    ["endpoint", "Endpoint", "endpoints"],
    ["service", "Service", "services"],
  ];
  /* What the build found in a translation; English is the rest. */
  const words = {};
  const say = (english, ...values) => {
    let at = 0;
    return (words[english] || english).replace(/{([1-9]?)}/g, (_, n) => values[n ? n - 1 : at++] ?? "");
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
  /* Values, without marks and without what this script adds. */
  const text = (node) => {
    const copy = node.cloneNode(true);
    for (const more of copy.querySelectorAll(".avi-mark, .avi-marks, .avi-question")) more.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const values = (row, name) => (row.dataset[name] || "").split("|").filter(Boolean);

  const explore = (table, number) => {
    const groups = [...table.tBodies].map((body) => {
      const [head] = body.querySelectorAll(".avi-from");
      return { body, head, rows: [...body.rows].filter((row) => row !== head) };
    });
    const rows = groups.flatMap((group) => group.rows);
    // What a group's heading says is a cell of its rows once they are sorted.
    const ends = [];
    for (const { head, rows } of groups.filter((group) => group.head)) {
      const name = text(head.querySelector("strong"));
      const lead = text(head).slice(0, -name.length).trim();
      if (!ends.length && table.tHead) {
        ends.push(make("th", { class: "head", scope: "col", role: "columnheader" }, lead));
        table.tHead.rows[0].prepend(ends[0]);
      }
      for (const row of rows) {
        const end = make("td", { role: "cell", "data-lead": lead.toLowerCase() }, name);
        row.prepend(end);
        ends.push(end);
      }
    }
    ends.forEach((end) => end.classList.add("avi-end"));
    // An end is shown once for the rows that follow each other with it.
    const others = new Map();
    if (table.querySelector(".avi-ditto")) {
      const lead = table.querySelector("[data-lead]:not(.avi-end)").dataset.lead;
      for (const row of rows) {
        const other = row.querySelector(".avi-to");
        if (!other.matches(".avi-ditto")) other.append(make("span", {}, other.lastChild));
        other.dataset.lead = lead;
        others.set(row, other);
      }
    }
    const heads = table.tHead ? [...table.tHead.rows[0].cells] : [];
    const titles = heads.map(text);
    const none = make("tr", { role: "row" }, make("td", { class: "avi-empty", role: "cell", colspan: rows[0]?.cells.length || 1 }, say("No matching flows.")));
    const words = new Map();
    rows.forEach((row) => words.set(row, text(row).toLowerCase()));
    // Every table of a page has parameters of its own in the address.
    const key = (name) => `ports${number || ""}-${name}`;
    const state = { sort: -1, down: false };
    const fields = {};

    /* What the page leaves open for a cloud is shown with the rest: left
       out, it would pass for closed. */
    const open = (row) =>
      fields.cloud && fields.cloud.value && values(row, "open").includes(fields.cloud.value);
    const fits = (row) =>
      words.get(row).includes(fields.q.value.trim().toLowerCase()) &&
      FACETS.every(([name, , data]) => {
        const value = fields[name] && fields[name].value;
        // That no port is needed holds for every cloud.
        return !value || values(row, data).includes(value) || (name === "cloud" && (open(row) || !row.dataset.flow));
      });

    const count = make("p", { class: "avi-explorer-count", role: "status" });

    const remember = () => {
      const url = new URL(location.href);
      for (const [name, field] of Object.entries(fields)) {
        if (field.value) url.searchParams.set(key(name), field.value);
        else url.searchParams.delete(key(name));
      }
      const sort = (state.down ? "-" : "") + (state.sort + 1);
      if (state.sort >= 0) url.searchParams.set(key("sort"), sort);
      else url.searchParams.delete(key("sort"));
      try {
        history.replaceState(history.state, "", url);
      } catch {
        // Some local pages may not change their address: no harm is done.
      }
    };

    let order = rows;
    const shown = () => order.filter((row) => !row.hidden);
    // A row can be about several flows, or about none.
    const flows = (some) => new Set(some.flatMap((row) => row.dataset.flow.split(" ")).filter(Boolean)).size;

    const update = () => {
      const cell = (row) => text(row.cells[state.sort]);
      const sorted = state.sort >= 0;
      order = [...rows];
      if (sorted) {
        const sign = state.down ? -1 : 1;
        order.sort((a, b) => sign * collator.compare(cell(a), cell(b)));
        groups[0].body.append(...order);
      } else {
        for (const group of groups) group.body.append(...group.rows);
      }
      table.classList.toggle("avi-sorted", sorted);
      ends.forEach((end) => end.classList.toggle("avi-to", sorted));
      for (const row of rows) {
        row.hidden = !fits(row);
        row.classList.toggle("avi-open", Boolean(!row.hidden && open(row)));
        row.querySelector(".avi-question")?.remove();
        if (open(row) && !row.querySelector(".avi-silent")) {
          const tag = make("span", { class: "avi-tag avi-silent" }, say("Not documented"));
          row.cells[row.cells.length - 1].append(make("p", { class: "avi-question" }, tag, " ", say("for {}", fields.cloud.value)));
        }
      }
      for (const { head, rows } of groups) {
        let before;
        for (const row of rows.filter((each) => !each.hidden)) {
          const other = others.get(row);
          const name = other?.textContent;
          other?.classList.toggle("avi-ditto", !sorted && name === before);
          before = name;
        }
        if (head) head.hidden = rows.every((row) => row.hidden);
      }
      none.hidden = shown().length > 0;
      // Below the last row, wherever that is.
      (sorted ? groups[0] : groups[groups.length - 1]).body.append(none);
      heads.forEach((head, at) => {
        const sorted = at === state.sort;
        head.setAttribute("aria-sort", sorted ? (state.down ? "descending" : "ascending") : "none");
      });
      const asked = flows(shown().filter(open));
      count.textContent = asked
        ? say("{} of {} flows, {} not documented", flows(shown()), flows(rows), asked)
        : say("{} of {} flows", flows(shown()), flows(rows));
      clear.hidden = state.sort < 0 && Object.values(fields).every((control) => !control.value);
      remember();
    };

    const grid = () => [
      [...titles, say("Assumed"), say("Flow")],
      ...shown().map((row) => [...[...row.cells].map(text), row.dataset.assumed, row.dataset.flow]),
    ];
    const csv = () =>
      grid()
        // A spreadsheet would take a leading sign for a formula.
        .map((line) => line.map((c) => `"${c.replace(/^[=+\-@\t\r]/, "'$&").replace(/"/g, '""')}"`).join(","))
        .join("\r\n");
    const markdown = () => {
      const [head, ...lines] = grid().map((line) => line.map((c) => c.replace(/[\\|`*_<>[\]&~$@]/g, "\\$&")));
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
        ? say("Copied as {}: {} flows", name, flows(shown()))
        : say("Copying was refused");
    };

    // Landmarks of one page have names of their own.
    const label = say("Filter the table") + (number ? ` (${number + 1})` : "");
    const bar = make("div", { class: "avi-explorer-bar", role: "search", "aria-label": label });
    const field = (name, title, control) => {
      fields[name] = control;
      control.setAttribute("aria-label", say(title));
      bar.append(control);
      control.addEventListener(control.tagName === "INPUT" ? "input" : "change", update);
    };
    field("q", "Search the table", make("input", { type: "search", autocomplete: "off", placeholder: say("Search the table") }));
    fields.q.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      fields.q.value = "";
      update();
    });
    for (const [name, title, data] of FACETS) {
      const found = new Set(rows.flatMap((row) => values(row, data)));
      if (name === "cloud") rows.forEach((row) => values(row, "open").forEach((c) => found.add(c)));
      if (found.size < 2) continue;
      const all = make("option", { value: "" }, say("{}: all", say(title)));
      const each = [...found].sort(collator.compare).map((v) => make("option", { value: v }, say(v)));
      field(name, title, make("select", {}, all, ...each));
    }
    const button = (place, title, action) => {
      const made = make("button", { type: "button" }, say(title));
      made.addEventListener("click", action);
      place.append(made);
      return made;
    };
    const clear = button(bar, "Clear", () => {
      for (const control of Object.values(fields)) control.value = "";
      state.sort = -1;
      update();
      fields.q.focus();
    });
    const copies = make("div", { class: "avi-explorer-copies" });
    button(copies, "Copy as CSV", () => copy(csv(), "CSV"));
    button(copies, "Copy as Markdown", () => copy(markdown(), "Markdown"));
    bar.append(count);
    // A theme may have a scrolling wrapper around the table.
    const around = table.closest(".table-wrapper, .pst-scrollable-table-container, .wy-table-responsive") || table;
    around.before(bar);
    around.after(copies);

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

    const given = new URL(location.href).searchParams;
    for (const [name, control] of Object.entries(fields)) {
      control.value = given.get(key(name)) || "";
      // A value without an option is ignored.
      if (control.selectedIndex === -1) control.value = "";
    }
    const wanted = /^(-?)([1-9]\d*)$/.exec(given.get(key("sort")) || "");
    if (wanted && wanted[2] <= heads.length) {
      Object.assign(state, { sort: wanted[2] - 1, down: Boolean(wanted[1]) });
    }
    update();
  };

  const start = () => {
    for (const given of document.querySelectorAll("[data-avi-words]")) {
      Object.assign(words, JSON.parse(given.dataset.aviWords));
    }
    document.querySelectorAll("table.avi-explorer").forEach(explore);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
