"use strict";
// The table of runs: sort, filter, and the curves of the runs that are chosen. All text from the records goes through
// textContent, so that none of it is read as markup.
(() => {
  const PAGE = 200; // rows drawn at once; sorting and filtering look at all
  const MOST_CHOSEN = 8;
  const DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 3", "1 2", "9 2 1 2 1 2"];
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = read("runs-data");
  let curves = null; // parsed when the first run is chosen
  const { columns, rows } = data;
  const place = Object.fromEntries(columns.map((column, i) => [column.key, i]));
  const find = (id) => document.getElementById(id);
  const body = find("runs-table").tBodies[0];
  const state = { key: null, descending: false, shown: PAGE, chosen: [], metric: null, only: null, order: rows.map((_, i) => i) };

  function make(name, properties = {}, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }
  function draw(name, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }
  function show(value, column) {
    if (value === null) return "-";
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (typeof value !== "number") return String(value);
    return column.digits === null ? String(value) : value.toFixed(column.digits);
  }

  let texts = null; // made when the filter is first used
  function textOf(i) {
    texts ??= rows.map((row) => row.map((value, at) => show(value, columns[at])).join("\u0001").toLowerCase());
    return texts[i];
  }
  const collator = new Intl.Collator("en", { numeric: true });
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return collator.compare(String(a), String(b));
  }

  function choices(id, key) {
    const values = [...new Set(rows.map((row) => row[place[key]]))].sort(collator.compare);
    find(id).append(new Option("all", ""), ...values.map((value) => new Option(value, value)));
  }

  function select() {
    const words = find("runs-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const model = find("runs-model").value, status = find("runs-status").value;
    state.order = [];
    rows.forEach((row, i) => {
      if (state.only && !state.only.has(i)) return;
      if (model && row[place.model] !== model) return;
      if (status && row[place.status] !== status) return;
      if (words.every((word) => textOf(i).includes(word))) state.order.push(i);
    });
    if (state.key !== null) {
      const at = place[state.key], sign = state.descending ? -1 : 1;
      state.order.sort((i, j) => {
        const a = rows[i][at], b = rows[j][at];
        if (a === null || b === null) return (a === null) - (b === null) || i - j; // what is missing comes last
        return sign * compare(a, b) || i - j;
      });
    }
  }

  function rowOf(i) {
    const line = make("tr");
    line.dataset.run = i;
    columns.forEach((column, at) => {
      const cell = make("td", { className: column.text ? "text" : "" });
      const text = show(rows[i][at], column);
      if (column.key === "run") {
        cell.append(make("button", { type: "button", textContent: text }));
      } else {
        cell.textContent = text;
      }
      if (column.key === "reason") Object.assign(cell, { className: "text wide", title: text });
      line.append(cell);
    });
    return mark(line);
  }
  function mark(line) {
    const chosen = state.chosen.includes(Number(line.dataset.run));
    line.className = chosen ? "chosen" : "";
    line.querySelector("button").setAttribute("aria-pressed", chosen);
    return line;
  }

  function fill(from) {
    body.append(...state.order.slice(from, state.shown).map(rowOf));
    const total = state.order.length, shown = Math.min(state.shown, total), left = total - shown;
    const number = (value) => value.toLocaleString("en");
    find("runs-count").textContent =
      `${number(total)} of ${number(rows.length)} runs` + (left ? `, the first ${number(shown)} shown` : "");
    find("runs-all").hidden = state.only === null;
    find("runs-more").hidden = left === 0;
    find("runs-more").textContent = `Show ${number(Math.min(PAGE, left))} more`;
  }
  function refresh() {
    select();
    state.shown = PAGE;
    body.replaceChildren();
    fill(0);
  }

  function sortBy(key) {
    state.descending = state.key === key && !state.descending;
    state.key = key;
    for (const head of find("runs-table").tHead.rows[0].cells) {
      const order = state.descending ? "descending" : "ascending";
      head.setAttribute("aria-sort", head.dataset.key === key ? order : "none");
    }
    refresh();
  }

  function choose(i) {
    const at = state.chosen.indexOf(i);
    if (at >= 0) state.chosen.splice(at, 1);
    else state.chosen.push(i);
    if (state.chosen.length > MOST_CHOSEN) state.chosen.shift();
    for (const line of body.rows) mark(line);
    describe();
    find("runs-chart")?.scrollIntoView({ block: "nearest" });
  }

  function curveOf(i, metric) {
    const entry = curves.runs[i];
    if (!entry) return [];
    const steps = curves.steps[entry[0]], values = entry[1 + curves.metrics.indexOf(metric)];
    return steps.map((step, k) => [step, values[k]]).filter((point) => point[1] !== null);
  }

  function ticks(low, high, count) {
    const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(Number((k * step).toPrecision(12)));
    return found;
  }

  function chart(width) {
    const metric = state.metric, lines = state.chosen.map((i) => curveOf(i, metric));
    const points = lines.flat();
    if (!points.length) return make("p", { className: "soft", textContent: "No curve is recorded for what is chosen." });
    const height = Math.max(180, Math.min(280, width * 0.5)), left = 52, right = 24, top = 10, bottom = 40;
    let low = Math.min(...points.map((p) => p[1])), high = Math.max(...points.map((p) => p[1]));
    if (metric.endsWith("accuracy")) [low, high] = [0, 1];
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    const first = Math.min(0, ...points.map((p) => p[0])), last = Math.max(first + 1, ...points.map((p) => p[0]));
    const x = (step) => left + ((step - first) / (last - first)) * (width - left - right);
    const y = (value) => top + ((high - value) / (high - low)) * (height - top - bottom);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    svg.setAttribute("aria-label", `${metric.replaceAll("_", " ")} against ${data.step}s of ${state.chosen.length} chosen runs`);
    for (const value of ticks(low, high, 5)) {
      svg.append(draw("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: "#d9dde3" }));
      svg.append(draw("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, tick(value)));
    }
    for (const step of ticks(first, last, Math.max(2, Math.floor(width / 110))).filter(Number.isInteger)) {
      svg.append(draw("text", { x: x(step), y: height - bottom + 16, "text-anchor": "middle" }, step.toLocaleString("en")));
    }
    svg.append(draw("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, data.step));
    lines.forEach((line, k) => {
      if (!line.length) return;
      const path = line.map((p) => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join(" ");
      svg.append(draw("polyline", { points: path, fill: "none", "stroke-width": 2, ...look(k) }));
      const at = rows[state.chosen[k]][place.selected_step];
      const marked = line.length === 1 ? line[0] : line.find((p) => p[0] === at); // a line of one point is not seen
      if (marked) svg.append(draw("circle", { cx: x(marked[0]), cy: y(marked[1]), r: 4, fill: look(k).stroke }));
    });
    return svg;
  }
  // A number short enough for the space beside the axis.
  const tick = (value) => (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-4) ? value.toExponential() : String(value));
  // A run has the colour of its model in all figures, and a dash of its own among those of that model.
  const modelOf = (k) => rows[state.chosen[k]][place.model];
  function look(k) {
    const alike = state.chosen.slice(0, k).filter((_, other) => modelOf(other) === modelOf(k)).length;
    return { stroke: data.colors[modelOf(k)], "stroke-dasharray": DASHES[alike % DASHES.length] };
  }

  function list(title, values) {
    const entries = Object.entries(values).filter((entry) => entry[1] !== null && entry[1] !== "");
    const items = entries.flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", { textContent: String(value) })]);
    return make("details", {}, make("summary", { textContent: title }), make("dl", {}, ...items));
  }

  function measured(i) {
    const column = columns[place[data.measure]]; // none where no run ended
    return column ? `${show(rows[i][place[data.measure]], column)} ${column.label}, ` : "";
  }

  // As a shell takes it for one word.
  const quoted = (path) => (/^[\w@%+=:,.\/-]+$/.test(path) ? path : `'${path.replaceAll("'", `'"'"'`)}'`);

  function describe() {
    const box = find("runs-chosen");
    box.hidden = state.chosen.length === 0;
    if (box.hidden) return box.replaceChildren();
    curves ??= read("runs-curves");
    const open = [...box.querySelectorAll("details")].map((details) => details.open);
    const last = state.chosen[state.chosen.length - 1];
    const metric = make("select", { id: "runs-metric" }, ...curves.metrics.map((name) => new Option(name.replaceAll("_", " "), name)));
    state.metric ??= curves.metrics[0];
    metric.value = state.metric;
    metric.addEventListener("change", () => { state.metric = metric.value; describe(); find("runs-metric").focus(); });
    const clear = make("button", { type: "button", textContent: "Clear" });
    clear.addEventListener("click", () => { state.chosen = []; for (const line of body.rows) mark(line); describe(); find("runs-filter").focus(); });
    const names = state.chosen.map((i, k) =>
      make("li", {}, draw("svg", { viewBox: "0 0 28 10", "aria-hidden": "true" }, draw("line", { x1: 0, x2: 28, y1: 5, y2: 5, "stroke-width": 2, ...look(k) })),
        make("a", { href: `${encodeURIComponent(rows[i][place.run])}/`, textContent: rows[i][place.run], title: "Its folder" }),
        `: ${measured(i)}${rows[i][place.status]}`));
    const detail = (name) => ({ ...data[name].shared, ...data[name].sets[data[name].index[last]] });
    const pieces = [
      make("div", { className: "tools" }, curves.metrics.length ? make("label", { textContent: "Curve" }, metric) : "", clear),
      make("div", { id: "runs-chart" }),
      make("ul", {}, ...names),
      make("p", {}, "Again: ", make("code", { textContent: `gnnlab redo ${quoted(`${data.folder}/${rows[last][place.run]}`)}` })),
    ];
    if (rows[last][place.reason]) pieces.push(make("p", { textContent: rows[last][place.reason] }));
    pieces.push(list(`Settings of ${rows[last][place.run]}`, detail("settings")));
    pieces.push(list("Its environment", detail("environment")));
    box.replaceChildren(...pieces);
    box.querySelectorAll("details").forEach((details, k) => { details.open = open[k] ?? false; });
    redraw();
  }
  function redraw() {
    const at = find("runs-chart");
    if (at) at.replaceChildren(chart(Math.max(240, at.clientWidth)));
  }

  const heads = columns.map((column) => {
    const head = make("th", { scope: "col", className: column.text ? "text" : "" });
    head.dataset.key = column.key;
    head.setAttribute("aria-sort", "none");
    head.append(make("button", { type: "button", textContent: column.label }));
    head.firstChild.addEventListener("click", () => sortBy(column.key));
    return head;
  });
  find("runs-table").tHead.rows[0].append(...heads);
  choices("runs-model", "model");
  choices("runs-status", "status");
  // A table's number of runs leads to them; any filter leads back to all.
  function only(runs) {
    state.only = runs;
    refresh();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-runs]");
    if (!link) return;
    for (const id of ["runs-filter", "runs-model", "runs-status"]) find(id).value = "";
    only(new Set(link.dataset.runs.split(" ").map(Number)));
  });
  for (const [id, event] of [["runs-filter", "input"], ["runs-model", "change"], ["runs-status", "change"], ["runs-all", "click"]]) {
    find(id).addEventListener(event, () => only(null));
  }
  // On paper everything is open.
  const opened = new Set();
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("main details:not([open])")) opened.add(details);
    opened.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((details) => { details.open = false; });
    opened.clear();
  });
  find("runs-more").addEventListener("click", () => { const from = state.shown; state.shown += PAGE; fill(from); });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(Number(button.closest("tr").dataset.run));
  });
  window.addEventListener("resize", redraw);
  find("explorer").hidden = false;
  fill(0);
})();
