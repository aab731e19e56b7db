// Drawing on a plan. The form's text fields are the plan; what is drawn is written there, and what is written there is drawn.
const form = document.getElementById("drawing");
const canvas = document.getElementById("canvas");
const NS = "http://www.w3.org/2000/svg";

if (form && canvas) {
  const words = JSON.parse(canvas.dataset.words);
  const chooser = document.getElementById("chosen");
  const snap = document.getElementById("snap");
  const history = [];
  let chosen = "";
  let held = null;

  const make = (name, attributes) => {
    const one = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    return one;
  };
  const size = () => ({ width: Number(form.elements.width.value) || 20, height: Number(form.elements.height.value) || 15 });
  const points = (text) => [...text.matchAll(/(-?\d+(?:\.\d+)?)\s*[,，]\s*(-?\d+(?:\.\d+)?)/g)].map((m) => [Number(m[1]), Number(m[2])]);
  const text = (list) => list.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  const round = (x) => Math.round(x * 1000) / 1000;

  // Every line of the form: where it is written, what it is, its points.
  const lines = () => {
    const found = [];
    for (const name of ["walls", "columns"]) {
      form.elements[name].value.split("\n").forEach((line, number) => {
        if (line.trim()) found.push({ key: `${name}/${number}`, kind: name === "walls" ? "wall" : "column", points: points(line) });
      });
    }
    for (const row of form.querySelectorAll(".area-row")) {
      const outline = row.querySelector("textarea").value;
      const id = row.querySelector("[data-part=id]").value;
      if (id || outline.trim()) {
        found.push({ key: `area/${row.dataset.area}`, kind: "area", sort: row.querySelector("[data-part=kind]").value, id, points: points(outline) });
      }
    }
    return found;
  };
  const put = (key, list) => {
    const [name, number] = key.split("/");
    if (name === "area") {
      form.querySelector(`.area-row[data-area="${number}"] textarea`).value = text(list);
      return;
    }
    const all = form.elements[name].value.split("\n");
    while (all.length <= Number(number)) all.push("");
    all[Number(number)] = text(list);
    form.elements[name].value = all.join("\n");
  };
  const remember = () => {
    const now = [...form.querySelectorAll("textarea, input")].map((one) => [one, one.value]);
    history.push(now);
    if (history.length > 100) history.shift();
  };
  const undo = () => {
    const before = history.pop();
    if (before) before.forEach(([one, value]) => (one.value = value));
    draw();
  };

  const draw = () => {
    const { width, height } = size();
    const unit = Math.max(width, height) / 60;
    canvas.setAttribute("viewBox", `${-unit} ${-unit} ${width + 2 * unit} ${height + 2 * unit}`);
    const found = lines();
    if (!found.some((line) => line.key === chosen)) chosen = found.length ? found[0].key : "";
    const parts = [make("rect", { class: "sheet", width, height })];
    if (canvas.dataset.image) parts.push(make("image", { class: "under", href: canvas.dataset.image, width, height, preserveAspectRatio: "none" }));
    for (const line of found) {
      const d = line.points.map(([x, y], n) => `${n ? "L" : "M"}${x} ${height - y}`).join("") + (line.kind === "wall" ? "" : "Z");
      const shape = make("path", { class: `line ${line.kind} ${line.sort || ""}${line.key === chosen ? " chosen" : ""}`, d: line.points.length ? d : "" });
      parts.push(shape);
    }
    for (const row of canvas.dataset.cameras.split(";").filter(Boolean)) {
      const [id, x, y, yaw] = row.split(" ");
      const g = make("g", { class: "camera", transform: `translate(${x} ${height - y}) rotate(${-yaw})` });
      const title = make("title", {});
      title.textContent = id;
      g.append(make("circle", { r: unit * 0.5 }), make("path", { d: `M0 0L${unit * 2} ${-unit}M0 0L${unit * 2} ${unit}` }), title);
      parts.push(g);
    }
    const line = found.find((one) => one.key === chosen);
    if (line) line.points.forEach(([x, y], number) => parts.push(dot(line, number, x, height - y, unit)));
    canvas.replaceChildren(...parts);
    choices(found);
    for (const row of form.querySelectorAll(".area-row")) row.classList.toggle("chosen", `area/${row.dataset.area}` === chosen);
    if (held !== null) canvas.querySelector(`[data-number="${held}"]`)?.focus({ preventScroll: true });
  };
  const dot = (line, number, x, y, unit) =>
    make("circle", {
      class: `dot${number === held ? " chosen" : ""}`, cx: x, cy: y, r: unit * 0.6, tabindex: 0, role: "button",
      "data-number": number, "aria-label": `${words.point} ${number + 1}: ${round(line.points[number][0])}, ${round(line.points[number][1])}`,
    });
  const choices = (found) => {
    chooser.replaceChildren(
      ...found.map((line) => {
        const one = document.createElement("option");
        one.value = line.key;
        one.textContent = `${words[line.kind]} ${line.id || Number(line.key.split("/")[1]) + 1}`;
        one.selected = line.key === chosen;
        return one;
      }),
    );
  };

  const at = (event) => {
    const { width, height } = size();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    const step = snap.checked ? 0.1 : 0.001;
    const to = (value, most) => Math.min(most, Math.max(0, Math.round(value / step) * step));
    return [to(point.x, width), to(height - point.y, height)];
  };
  const current = () => lines().find((line) => line.key === chosen);
  // A new corner goes where the line is nearest, or at the end of a wall.
  const place = (line, point) => {
    if (line.kind === "wall" || line.points.length < 3) return line.points.length;
    const far = (a, b) => {
      const dx = b[0] - a[0], dy = b[1] - a[1];
      const t = Math.max(0, Math.min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy || 1)));
      return Math.hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy);
    };
    let best = 0;
    line.points.forEach((a, n) => {
      const next = line.points[(n + 1) % line.points.length];
      const now = line.points[best];
      if (far(a, next) < far(now, line.points[(best + 1) % line.points.length])) best = n;
    });
    return best + 1;
  };
  const change = (number, point) => {
    const line = current();
    line.points[number] = point;
    put(chosen, line.points);
    draw();
  };

  canvas.addEventListener("pointerdown", (event) => {
    const hit = event.target.closest(".dot");
    const line = current();
    if (!line) return;
    event.preventDefault();
    remember();
    if (hit) {
      held = Number(hit.dataset.number);
    } else {
      const point = at(event);
      held = place(line, point);
      line.points.splice(held, 0, point);
      put(chosen, line.points);
    }
    draw();
    const number = held;
    const move = (moved) => change(number, at(moved));
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  });
  canvas.addEventListener("focusin", (event) => {
    if (event.target.classList.contains("dot")) held = Number(event.target.dataset.number);
  });
  canvas.addEventListener("keydown", (event) => {
    const line = current();
    if (!line || held === null || !line.points[held]) return;
    const step = event.shiftKey ? 1 : 0.1;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    if (by) {
      event.preventDefault();
      remember();
      const { width, height } = size();
      const [x, y] = line.points[held];
      change(held, [Math.min(width, Math.max(0, x + by[0])), Math.min(height, Math.max(0, y + by[1]))]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      drop();
    }
  });
  const drop = () => {
    const line = current();
    if (!line || held === null) return;
    remember();
    line.points.splice(held, 1);
    put(chosen, line.points);
    held = line.points.length ? Math.max(0, held - 1) : null;
    draw();
  };
  const fresh = (name) => {
    remember();
    const all = form.elements[name].value.split("\n").filter((line) => line.trim());
    form.elements[name].value = all.join("\n");
    chosen = `${name}/${all.length}`;
    const { width, height } = size();
    put(chosen, name === "walls" ? [[width / 2, height / 2]] : [[width / 2, height / 2], [width / 2 + 0.6, height / 2], [width / 2 + 0.6, height / 2 + 0.6], [width / 2, height / 2 + 0.6]]);
    held = null;
    draw();
  };
  const freshArea = () => {
    remember();
    const rows = [...form.querySelectorAll(".area-row")];
    let row = rows.find((one) => !one.querySelector("[data-part=id]").value && !one.querySelector("textarea").value.trim());
    if (!row) {
      row = rows[rows.length - 1].cloneNode(true);
      const number = Math.max(...rows.map((one) => Number(one.dataset.area))) + 1;
      row.dataset.area = String(number);
      for (const one of row.querySelectorAll("[name]")) {
        one.name = one.name.replace(/^area\.\d+/, `area.${number}`);
        if (one.tagName !== "SELECT" && !one.name.endsWith(".density")) one.value = "";
      }
      document.getElementById("areas").append(row);
    }
    row.querySelector("[data-part=id]").value = `area-${Number(row.dataset.area) + 1}`;
    chosen = `area/${row.dataset.area}`;
    held = null;
    draw();
  };
  document.querySelector(".toolbar").hidden = false;
  document.querySelector(".toolbar").addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    ({ undo, drop, "new-area": freshArea, "new-wall": () => fresh("walls"), "new-column": () => fresh("columns"), end: () => { held = null; draw(); } })[tool]?.();
  });
  chooser.addEventListener("change", () => { chosen = chooser.value; held = null; draw(); });
  form.addEventListener("click", (event) => {
    const row = event.target.closest(".area-row");
    if (!row) return;
    if (event.target.closest("[data-choose]")) { chosen = `area/${row.dataset.area}`; held = null; draw(); canvas.scrollIntoView({ block: "nearest" }); }
    if (event.target.closest("[data-drop]")) {
      remember();
      for (const one of row.querySelectorAll("input, textarea")) if (!one.name.endsWith(".density")) one.value = "";
      draw();
    }
  });
  form.addEventListener("input", (event) => { if (!event.target.closest(".toolbar")) draw(); });
  draw();
}
