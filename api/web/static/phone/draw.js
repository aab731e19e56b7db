// Elements out of data. Text becomes text and never markup, whoever wrote it.
export function h(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") made[name] = value;
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.flat(9).filter((one) => one != null && one !== false && one !== ""));
  return made;
}

export const link = (to, given, ...inside) => h("a", { href: `#${to}`, ...given }, ...inside);
export const empty = (...lines) => h("div", { class: "empty" }, lines.map((line) => h("p", {}, line)));
export const section = (title, ...inside) => h("section", {}, title && h("h2", {}, title), ...inside);
export const row = (name, ...value) => [h("dt", {}, name), h("dd", {}, ...value)];

const SHAPES = { 1: "■", 2: "▲", 3: "◆", 4: "●" };
export const priority = (severity, word) =>
  h("span", { class: `priority p${severity}` }, h("span", { "aria-hidden": "true" }, SHAPES[severity]), word);

// One of several, as big buttons. Reachable by Tab and arrows, as radios are.
export function choices(name, options, chosen, pick) {
  return h("div", { class: "choices-big", role: "group", "aria-label": name },
    options.map(([value, text, mood]) =>
      h("button", { type: "button", class: mood, "aria-pressed": String(value === chosen), onclick: () => pick(value) }, text)));
}
