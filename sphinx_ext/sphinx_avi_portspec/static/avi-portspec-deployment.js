/* The choice of a deployment, for tables of a whole edition. Every answer was
   worked out when the page was built: this script looks it up. Nothing is
   fetched; without this script the table is whole. */
(() => {
  "use strict";

  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  };
  /* What the build found in a translation; English is the rest. */
  const words = {};
  const say = (english, ...values) => {
    const [first, ...parts] = (words[english] || english).split("{}");
    return first + parts.map((part, at) => values[at] + part).join("");
  };
  const joined = (items) =>
    items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1)}` : items[0] || "none";

  const named = ({ values }, chosen) =>
    joined(values.filter(([id]) => chosen.includes(id)).map(([, name]) => name));

  /* What is left out at first, though counted: it opens nothing. */
  const OUT = ["replaced", "not-applicable"];
  const NODES = {
    id: "nodes",
    field: "nodes",
    name: "Nodes of the Controller",
    many: false,
    values: [
      ["cluster", "a cluster"],
      ["single-node", "a single node"],
    ],
  };

  /* Return a function from a deployment to all that is said of it. */
  const answering = (data) => (deployment) => {
    const chosen = ({ field }) => [].concat(deployment[field]);
    const held = new Set(
      [...data.facets, NODES].flatMap((facet) => chosen(facet).map((value) => `${facet.id} ${value}`)),
    );
    const found = (start) => {
      let at = start;
      while (at >= 0) {
        const [word, without, having] = data.nodes[at];
        at = held.has(data.words[word]) ? having : without;
      }
      return data.answers[-at - 1];
    };
    const decisions = {};
    for (const [flow, start] of Object.entries(data.flows)) {
      const [status, reason, stated] = found(start);
      // A mark stands where the deployment's own words belong.
      const filled = reason.replace(/\u0001(\d+)/g, (_, at) => named(data.facets[at], chosen(data.facets[at])));
      decisions[flow] = { status, reason: filled, stated };
    }
    const told = (starts) =>
      starts.map(found).filter(Boolean).map(([text, stated]) => ({ text, stated }));
    return { decisions, conflicts: told(data.conflicts), gaps: told(data.gaps) };
  };

  const setUp = (source, number) => {
    const data = JSON.parse(source.textContent);
    let table = source.nextElementSibling;
    while (table && !table.matches("table")) table = table.querySelector("table") || table.nextElementSibling;
    if (!table) return;
    const answer = answering(data);
    // For other scripts, and for the tests.
    table.aviAnswer = answer;
    const facets = [...data.facets.slice(0, 2), NODES, ...data.facets.slice(2)];
    const needsCloud = data.facets.some(({ id }) => id === "cloud");
    const rows = [...table.tBodies[0].rows];
    const heads = [say("Decision"), say("Why")].map((text) =>
      make("th", { class: "head", scope: "col" }, make("p", {}, text)),
    );
    table.tHead.rows[0].append(...heads);
    const cells = new Map();
    for (const row of rows) {
      const own = [make("td", { class: "avi-what" }), make("td", { class: "avi-why" })];
      row.append(...own);
      cells.set(row, own);
    }

    // -- controls ----------------------------------------------------------

    const key = (name) => `for${number || ""}-${name}`;
    const label = say("Choose your deployment") + (number ? ` (${number + 1})` : "");
    const form = make("form", { class: "avi-deployment", "aria-label": label });
    form.addEventListener("submit", (event) => event.preventDefault());
    const controls = {};
    const choice = (type, name, value, text, checked) => {
      const control = make("input", { type, name: key(name), value, checked });
      control.addEventListener("change", () => update());
      return [control, make("label", {}, control, " ", typeof text === "string" ? say(text) : text)];
    };
    const group = (name, title, choices, wide) => {
      controls[name] = choices.map(([control]) => control);
      const labels = choices.map(([, label]) => label);
      const legend = make("legend", {}, say(title));
      form.append(make("fieldset", { class: wide ? "avi-wide" : false }, legend, ...labels));
    };
    for (const { id, name, many, values } of facets) {
      const first = values.find(([value]) => value === "virtual-machine") || values[0];
      const choices = values.map((each) =>
        choice(many ? "checkbox" : "radio", id, each[0], each[1], !many && each === first),
      );
      group(id, name, choices, many);
    }
    const counts = {};
    const shown = Object.entries(data.decisions).map(([status, text]) => {
      counts[status] = make("span", {});
      const label = make("span", {}, say(text), counts[status]);
      return choice("checkbox", "show", status, label, !OUT.includes(status));
    });
    group("show", "Show flows that are", shown, true);

    const said = make("p", { role: "status", class: "avi-deployment-count" });
    const premise = make("p", { class: "avi-deployment-premise" });
    const left = make("div", { class: "avi-deployment-open" });
    const file = make("pre", { tabindex: "0" });
    const copied = make("span", { role: "status" });
    const button = (text, action) => {
      const made = make("button", { type: "button" }, say(text));
      made.addEventListener("click", action);
      return made;
    };
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(file.textContent);
        copied.textContent = say("Copied");
      } catch {
        getSelection().selectAllChildren(file);
        copied.textContent = say("Copying was refused: the text is selected");
      }
    };
    const over = () => {
      form.reset();
      update();
    };
    form.append(
      make("p", { class: "avi-deployment-buttons" }, button("Start over", over), button("Print", () => print())),
      premise,
      said,
      left,
      make(
        "details",
        {},
        make("summary", {}, say("As a deployment file")),
        file,
        make("p", {}, button("Copy as a deployment file", copy), " ", copied),
      ),
    );

    // -- state -------------------------------------------------------------

    const checked = (name) => controls[name].filter((c) => c.checked).map((c) => c.value);
    const deployment = () => {
      const made = { clouds: [], controller: "virtual-machine", features: [], services: [], nodes: "cluster" };
      for (const { id, field, many } of facets) made[field] = many ? checked(id) : checked(id)[0];
      return made;
    };
    const remember = () => {
      const url = new URL(location.href);
      for (const [name, all] of Object.entries(controls)) {
        if (all.every((c) => c.checked === c.defaultChecked)) url.searchParams.delete(key(name));
        else url.searchParams.set(key(name), checked(name).join(","));
      }
      try {
        history.replaceState(history.state, "", url);
      } catch {
        // Some local pages may not change their address: no harm is done.
      }
    };
    let strange = [];
    const recall = () => {
      const given = new URL(location.href).searchParams;
      for (const [name, all] of Object.entries(controls)) {
        if (!given.has(key(name))) continue;
        const words = given.get(key(name)).split(",").filter(Boolean);
        const known = words.filter((word) => all.some((c) => c.value === word));
        strange.push(...words.filter((word) => !known.includes(word)));
        // Radio buttons stay as they are without a word that one has.
        if (all[0].type === "radio" && !known.length) continue;
        for (const control of all) control.checked = known.includes(control.value);
      }
    };

    // -- what is shown -----------------------------------------------------

    // Ids alone, which need no escapes; sorted, as the library writes them.
    const toml = (value) => (Array.isArray(value) ? `[${[...value].sort().map(toml).join(", ")}]` : `"${value}"`);
    const places = (stated) => make("p", { class: "avi-stated-in" }, say("Stated in: {}.", stated));

    const forget = () => {
      for (const [row, own] of cells) {
        own.forEach((cell) => cell.replaceChildren());
        delete row.dataset.out;
        delete row.dataset.decision;
      }
      for (const count of Object.values(counts)) count.textContent = "";
      left.replaceChildren();
    };

    const decide = (asked) => {
      const { decisions, conflicts, gaps } = answer(asked);
      const show = checked("show");
      const total = Object.fromEntries(Object.keys(counts).map((status) => [status, 0]));
      for (const { status } of Object.values(decisions)) total[status] += 1;
      for (const [row, [what, why]] of cells) {
        const { status, reason, stated } = decisions[row.dataset.flow];
        what.replaceChildren(make("p", {}, say(data.decisions[status])));
        why.replaceChildren(make("p", {}, reason), places(stated));
        row.dataset.decision = status;
        if (show.includes(status)) delete row.dataset.out;
        else row.dataset.out = "";
      }
      for (const [status, count] of Object.entries(counts)) count.textContent = ` (${total[status]})`;
      const items = [
        ...conflicts.map((each) => [say("Conflict:"), each]),
        ...gaps.map((each) => [say("Gap:"), each]),
      ].map(([lead, { text, stated }]) => {
        return make("li", {}, make("strong", {}, lead), " ", text, stated && ` [${stated}]`);
      });
      left.replaceChildren();
      if (items.length) {
        const open = say("The page leaves this open for the deployment, and so it is neither opened nor closed here:");
        left.append(make("p", {}, open), make("ul", {}, ...items));
      }
      const parts = Object.entries(total).map(([status, count]) => `${count} ${say(data.decisions[status])}`);
      return `${parts.join(", ")}; ${say("conflicts: {}, gaps: {}.", conflicts.length, gaps.length)}`;
    };

    const update = () => {
      const asked = deployment();
      const ready = !needsCloud || asked.clouds.length > 0;
      premise.textContent = facets
        .map((facet) => `${say(facet.name)}: ${named(facet, [].concat(asked[facet.field]))}.`)
        .join(" ");
      premise.hidden = !ready;
      form.querySelector("details").hidden = !ready;
      file.textContent = Object.entries(asked)
        .map(([field, value]) => `${field} = ${toml(value)}\n`)
        .join("");
      copied.textContent = "";
      for (const cell of [...heads, ...[...cells.values()].flat()]) cell.hidden = !ready;
      for (const row of [table.tHead.rows[0], ...rows]) for (const at of data.decided) row.cells[at].hidden = ready;
      table.classList.toggle("avi-decided", ready);
      const about = strange.length
        ? `${say("The address names what this edition does not know: {}.", strange.join(", "))} `
        : "";
      strange = [];
      if (ready) said.textContent = about + decide(asked);
      else {
        forget();
        said.textContent =
          about + say("Choose at least one cloud to see what your deployment needs; one choice can be that there is none.");
      }
      remember();
      table.dispatchEvent(new CustomEvent("avi-decided"));
    };

    // A theme may have wrapped the table: what is above it must not scroll.
    source.after(form);
    recall();
    update();
  };

  for (const each of document.querySelectorAll("[data-avi-words]")) {
    Object.assign(words, JSON.parse(each.dataset.aviWords));
  }
  document.querySelectorAll("script.avi-deployment-data").forEach(setUp);
})();
