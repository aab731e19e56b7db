// The gate: who is expected and who is here; letting in and seeing off without a signal. Names leave the phone when they were sent.
import { t, say, when, now } from "./words.js";
import { h, link, empty, section } from "./draw.js";

export function gate(room) {
  const { day, queue } = room.state, known = day?.gate;
  if (!known) return [h("h1", {}, t("Gate")), empty(t("Nothing is here yet: the day's data come as soon as there is a signal."))];
  const said = h("p", { role: "status" });
  const waits = (one) => queue.some((entry) => entry.about === `visit:${one.id}`);
  const here = known.visits.filter((one) => one.state !== "expected" && !waits(one)), coming = known.visits.filter((one) => one.state === "expected" && !waits(one));
  const send = async (body, about, title) => {
    await room.add({ kind: "visit", about, body, title, where: t("Gate") });
    await room.changed();
  };
  return [
    h("h1", {}, t("Gate")), said,
    section(t("Expected"), coming.length ? h("ul", { class: "cards" }, coming.map((one) => h("li", { class: "card" }, h("b", {}, one.guest || `#${one.id}`), h("span", {}, when(one.expected)),
      h("details", { "data-typing": true }, h("summary", { class: "button" }, t("Let in")), form(known, false, (body) => send({ ...body, visit: one.id }, `visit:${one.id}`, t("Visitor let in")), said))))) : empty(t("Nobody is expected now."))),
    section(t("Here"), here.length ? h("ul", { class: "cards" }, here.map((one) => h("li", { class: "card" }, h("b", {}, `${one.guest} ${one.badge}`), h("span", { class: one.until < now() ? "tag wrong" : "tag" }, t("until %(time)s", { time: when(one.until) })),
      h("button", { type: "button", onclick: () => send({ deed: "leave", visit: one.id }, `visit:${one.id}`, t("Visitor left")) }, t("Badge is back: left"))))) : empty(t("No visitor is here."))),
    h("details", { "data-typing": true, class: "card" }, h("summary", { class: "button" }, t("Somebody whom nobody announced")), form(known, true, (body) => send(body, "", t("Visitor let in")), said, day)),
    link("", { class: "button" }, t("Today")),
  ];
}

// Of an announced visit the document and the badge are all that is left to do.
function form(known, whole, done, said, day) {
  const field = (name, label, more = {}) => [name, h("label", {}, label, h("input", { name, autocomplete: "off", maxlength: 40, ...more }))];
  const choice = (name, label, options) => [name, h("label", {}, label, h("select", { name }, options.map(([value, text]) => h("option", { value }, text))))];
  const fields = new Map([
    ...(whole ? [field("name", t("Name, as on the document"), { maxlength: 80 }), choice("host", t("Visits whom"), [["", "–"], ...day.people.map((one) => [one.account, one.name])]), field("host_text", t("or a resident: flat and name"), { maxlength: 80 }),
      choice("zone", t("Where to"), known.zones.map((one) => [one.id, say(one.name)])), choice("hours", t("For how long"), [1, 2, 4, 8].map((n) => [n, t("%(n)s h", { n })]))] : []),
    choice("document", t("Document"), known.documents.map((one) => [one.id, say(one.text)])), field("document_number", t("Its number")), field("badge", t("Badge")),
  ]);
  const value = (name) => fields.get(name)?.querySelector("input, select").value.trim() || "";
  const submit = () => {
    if (!value("document_number") || !value("badge") || (whole && (!value("name") || !(value("host") || value("host_text"))))) return void (said.textContent = t("Name, host, document and badge are needed."));
    const body = { deed: "arrive", document: value("document"), document_number: value("document_number"), badge: value("badge") };
    return done(whole ? { ...body, name: value("name"), host: value("host"), host_text: value("host") ? "" : value("host_text"), zones: [value("zone")], until: Math.round(now() + Number(value("hours")) * 36e5) } : body);
  };
  return h("div", { class: "stack" }, [...fields.values()], h("button", { type: "button", class: "strong next", onclick: submit }, t("Document looked at, badge given: let in")));
}
