/* The choice of a deployment. The build has worked every answer out: it is
   looked up here. Without this script, a static table stays. */
(() => {
"use strict";

/* Translations, if any. */
const words = {};
const say = (english, ...values) => {
  let at = 0;
  return (words[english] || english).replace(/{([1-9]?)}/g, (_, n) => values[n ? n - 1 : at++] ?? "");
};
const make = (kind, ...children) => {
  const [tag, name] = kind.split(".");
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...children);
  return node;
};
/* No line ends within words such as NSX-T. */
const whole = (text) => text.split(/(\w+-\w\b|[A-Z]+ \d+)/).map((part, at) => (at % 2 ? make("span.avi-whole", part) : part));

/* From a deployment, by facet, to its answer. */
const answering = (data) => (asked) => {
  const known = data.words.map(([facet, value]) => asked[facet].includes(value));
  const find = (start) => {
    let at = start;
    while (at >= 0) {
      const [word, without, having] = data.nodes[at];
      at = known[word] ? having : without;
    }
    return data.answers[-at - 1];
  };
  const list = (starts) => starts.map(find).filter(Boolean);
  const rows = data.rows.map((row, at) => ({ ...row, ...find(row.start), at })).filter((row) => row.status);
  const clouds = data.clouds.filter(([id]) => asked.cloud.includes(id));
  const labels = clouds.filter(([id]) => !data.phrases[id]).map(([, label]) => label);
  const last = labels.pop();
  const names = [labels.join(", "), last].filter(Boolean).join(` ${say("and")} `);
  const title = [
    data.titles[[...asked.nodes, ...(asked.controller || [])].join(" ")],
    names && say("managing {}", names),
    ...clouds.map(([id]) => data.phrases[id]),
  ];
  return {
    title: title.filter(Boolean).join(", "),
    rows,
    conflicts: list(data.conflicts),
    gaps: list(data.gaps).flat(),
    unclear: list(data.unclear),
    cautions: rows.map(({ caution }) => caution).filter(Boolean),
  };
};

/* Return both tables, and what is assumed. */
const drawAnswer = ({ title, rows }, find) => {
  const below = find("below");
  const fold = below.querySelector("details");
  const notes = new Map();
  const mark = (assumed) => {
    const text = say("Assumed: {}.", assumed.join("; "));
    const item = notes.get(text) || make("li", text);
    notes.set(text, item);
    item.tabIndex = -1;
    const letter = make("button", String.fromCharCode(97 + [...notes.keys()].indexOf(text)));
    letter.ariaLabel = say("Assumption {}", letter.textContent);
    letter.onclick = () => {
      fold.open = true;
      item.focus();
    };
    return make("span.avi-marks", letter);
  };
  const drawTable = (caption, own) => {
    const block = find("table");
    const table = block.firstChild;
    table.caption.append(...whole(caption));
    own.forEach((row, at) => {
      const before = own[at - 1] || {};
      if (row.from !== before.from) {
        table.append(make("tbody", ...find("group").rows));
        table.lastChild.querySelector("strong").append(row.from);
      }
      const [line, detail] = find(row.at).rows;
      line.firstChild.classList.toggle("avi-ditto", row.from === before.from && row.to === before.to);
      const need = line.querySelector(".avi-need");
      need.append(...whole(row.why), row.assumed.length ? mark(row.assumed) : "");
      need.append(...row.below.map((text) => make("span.avi-sub", ...whole(text))));
      detail.querySelector(".avi-assumed").append(row.assumed.join("; "));
      const more = line.lastChild.firstChild;
      more.onclick = () => {
        detail.hidden = !detail.hidden;
        more.ariaExpanded = !detail.hidden;
      };
      table.lastChild.append(line, detail);
    });
    return own.length ? [block] : [];
  };
  const is = (row) => row.status === "optional";
  const tables = [
    ...drawTable(say("Needed: {}", title), rows.filter((row) => !is(row))),
    ...drawTable(say("Optional"), rows.filter(is)),
  ];
  const many = notes.size > 1 ? "s" : "";
  fold.firstChild.append(say(`{} assumption${many} where the vendor's page is not explicit`, notes.size));
  fold.lastChild.append(...notes.values());
  return [...tables, below];
};

/* -- copies: values, no marks -- */

const COLUMNS = ["Source", "Destination", "Port", "Service", "Needed", "Why", "Assumed", "Flow"];
const list = ({ rows, conflicts, gaps, unclear }) => {
  const open = (word) => (text) => ["", "", "", "", say(word), text, "", ""];
  return [
    COLUMNS.map((name) => say(name)),
    ...rows.map((row) => [row.from, row.to, row.port, row.service, say(row.status), row.why, row.assumed.join("; "), row.id]),
    ...conflicts.map(open("conflict")),
    ...unclear.map(open("direction not clear")),
    ...gaps.map(open("not documented")),
  ];
};
const mapCells = (lines, escape) => lines.map((line) => line.map(escape));
const FORMATS = {
  link: () => location.href,
  // A spreadsheet would take a leading sign for a formula.
  csv: (lines) =>
    mapCells(lines, (c) => `"${c.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`).map(String).join("\r\n"),
  md: (lines) => {
    const [head, ...rest] = mapCells(lines, (c) => c.replace(/[\\|`*_<>[\]&~$@]/g, "\\$&"));
    return [head, head.map(() => "---"), ...rest].map((line) => `| ${line.join(" | ")} |`).join("\n");
  },
  json: ([head, ...lines], about) => {
    const rows = mapCells(lines, (c, at) => [head[at].toLowerCase(), c]).map(Object.fromEntries);
    return JSON.stringify({ ...about, rows }, null, 2);
  },
};
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    const area = make("textarea", text);
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? "Copied" : "Copying was refused";
  }
};

const setUp = (source, number) => {
  const data = JSON.parse(source.textContent);
  const root = source.nextElementSibling;
  const fold = root.nextElementSibling;
  const find = (name) => root.querySelector("template").content.querySelector(`[data-part="${name}"]`).cloneNode(true);
  // For other scripts and tests.
  const answer = (root.aviAnswer = answering(data));
  const [form, status, spoken, calls, out] = root.querySelectorAll("form, [role=status], .avi-calls, .avi-out");
  const nth = number ? number + 1 : "";
  form.ariaLabel = say("Choose your deployment") + (nth && ` (${nth})`);

  // -- state --

  const inputs = [...form.querySelectorAll("input")];
  const names = [...new Set(inputs.map(({ name }) => name))];
  const inputsOf = (name) => inputs.filter((input) => input.name === name);
  const alone = inputs.find(({ value }) => value === data.alone) || {};
  const read = () => {
    const chosen = new FormData(form);
    return Object.fromEntries(["cloud", ...names].map((name) => [name, chosen.getAll(name)]));
  };
  const address = () => new URLSearchParams(location.hash.slice(1));
  /* Take up the address; return what is unknown in it. */
  const recall = () => {
    const given = address();
    // Other anchors are no choice.
    if (!names.some((name) => given.has(name + nth))) return [];
    form.reset();
    return names.flatMap((name) => {
      const asked = new Set(given.get(name + nth)?.split(","));
      for (const input of inputsOf(name)) if (asked.delete(input.value)) input.checked = true;
      return [...asked].filter(Boolean);
    });
  };
  const remember = () => {
    const given = address();
    for (const [name, text] of [...given]) if (!text) given.delete(name);
    for (const name of names) {
      const changed = inputsOf(name).some((box) => box.checked !== box.defaultChecked);
      given.delete(name + nth);
      if (changed) given.set(name + nth, read()[name].join(","));
    }
    const hash = String(given).replaceAll("%2C", ",");
    history.replaceState(history.state, "", hash ? `#${hash}` : location.href.split("#")[0]);
  };

  // -- what is shown --

  const count = (total, word) => make(total ? "span" : "span.avi-quiet", make("b", total), ` ${say(word)}`);
  const call = (lead, items, more = "") => {
    if (!items.length) return [];
    const start = make("p", make("b", say(lead)), " ", more);
    const all = make("ul", ...items.map((item) => make("li", ...whole(item))));
    return [make(more ? "div.avi-call avi-dash" : "div.avi-call", start, all)];
  };
  let found;
  const show = (strange) => {
    const { cloud } = read();
    if (cloud.length > 1) alone.checked = false;
    for (const part of form.querySelectorAll("[data-on]")) {
      part.hidden = !part.dataset.on.split(" ").some((id) => cloud.includes(id));
      if (part.hidden) for (const box of part.querySelectorAll("input")) box.checked = box.defaultChecked;
    }
    const ready = cloud.length || !names.includes("cloud");
    root.classList.toggle("avi-unasked", !ready);
    found = answer(ready ? read() : data.example);
    const { rows, conflicts, gaps, unclear, cautions } = found;
    const total = (word) => count(rows.filter((row) => row.status === word).length, word);
    const parts = [total("needed"), ", ", total("optional"), ", ", count(gaps.length, "not documented")];
    const some = conflicts.length;
    if (some) parts.push(", ", count(some, some > 1 ? "conflicts" : "conflict"));
    if (unclear.length) parts.push(", ", count(unclear.length, "with unclear direction"));
    status.replaceChildren(...(ready ? parts : [data.ask]));
    spoken.textContent = "";
    calls.replaceChildren(
      ...call("Unknown choices in the address:", strange),
      ...call("Conflict:", conflicts),
      ...call("Direction not clear:", unclear),
      ...call("Caution:", cautions),
      ...call("Not documented", gaps, say("by the vendor's port page. Check before you rely on a default deny:")),
    );
    out.replaceChildren(...drawAnswer(found, find));
  };
  const change = () => {
    show([]);
    remember();
  };
  form.onchange = ({ target }) => {
    if (target === alone) for (const input of inputsOf("cloud")) input.checked &&= input === alone;
    change();
  };
  root.onclick = async ({ target }) => {
    const { do: kind, type } = target.dataset;
    if (kind === "choose") {
      form.reset();
      for (const input of inputs) if (type && data.example[input.name].includes(input.value)) input.checked = true;
      change();
      inputs[0].focus();
    } else if (kind) {
      const { edition, digest, fields } = data;
      const deployment = { readings: [] };
      for (const [name, chosen] of Object.entries(read())) {
        const flow = name.split("reading-")[1];
        const [direction] = chosen;
        if (!flow) deployment[fields[name] || name] = fields[name] ? chosen : direction;
        else if (direction) deployment.readings.push({ flow, direction });
      }
      const text = FORMATS[kind](list(found), { edition, digest, deployment });
      if (!type) {
        spoken.textContent = say(await copy(text));
        target.focus();
        return;
      }
      const link = make("a");
      link.href = URL.createObjectURL(new Blob([text], { type }));
      link.download = `avi-ports-${read().cloud.join("-")}.${kind}`;
      link.click();
    }
  };
  const arrive = () => {
    const at = document.getElementById(location.hash.slice(1));
    fold.open = fold.contains(at);
    if (fold.open) at.scrollIntoView();
    show(recall());
  };
  // The line in sight needs the ground of the page.
  let ground = "";
  for (let node = root; node && /^$|, 0\)$/.test(ground); node = node.parentElement) {
    ground = getComputedStyle(node).backgroundColor;
  }
  root.style.setProperty("--avi-page", ground);
  addEventListener("hashchange", arrive);
  root.hidden = false;
  arrive();
};

for (const node of document.querySelectorAll("[data-avi-words]")) Object.assign(words, JSON.parse(node.dataset.aviWords));
document.querySelectorAll("script.avi-deployment-data").forEach(setUp);
})();
