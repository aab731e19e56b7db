// What waits, what was sent, what was refused and why, and where somebody else was first.
import * as store from "./store.js";
import { t, when } from "./words.js";
import { h, empty, section } from "./draw.js";
import { standing } from "./today.js";

export function queue(room) {
  const { state } = room, { me, day } = state;
  const of = (...states) => state.queue.filter((one) => states.includes(one.state));
  const wrong = of("refused", "conflict"), waits = of("waiting"), sent = of("sent").reverse();
  const others = new Map();
  for (const one of state.others) others.set(one.account, (others.get(one.account) || 0) + 1);
  return [
    h("h1", {}, t("Sent and waiting")),
    wrong.length ? section(t("To look at"), h("ul", { class: "cards" }, wrong.map((one) => troubled(room, one)))) : "",
    section(t("Waiting"), waits.length ? h("ol", { class: "cards", id: "waiting" }, waits.map(card)) : empty(t("Nothing waits: everything that was done has been sent."))),
    sent.length ? section(t("Sent"), h("ul", { class: "cards", id: "sent" }, sent.map(card))) : "",
    others.size ? section(t("Of others"), h("ul", { class: "cards" }, [...others].map(([account, n]) =>
      h("li", { class: "card" }, t("%(who)s: %(n)s wait until they sign in here", { who: nameOf(day, account), n }))))) : "",
    h("p", { class: "quiet" }, t("Signed in as %(name)s. Nothing is ever sent under another name.", { name: me.name })),
  ];
}

const nameOf = (day, account) => day?.people.find((one) => one.account === account)?.name || account;

function card(one) {
  return h("li", { class: "card" }, h("b", {}, one.title), h("span", { class: "quiet" }, one.where), h("span", {}, t("done %(time)s", { time: when(one.device_at - one.offset) })),
    h("span", { class: "tag" }, standing(one)), one.state === "waiting" && one.why ? h("span", { class: "quiet" }, one.why) : "");
}

function troubled(room, one) {
  const { day } = room.state, earlier = one.more?.earlier, errors = one.more?.errors || [];
  const why = h("input", { name: "why", "aria-label": t("Why is it given up?") });
  const said = h("p", { role: "status" });
  const made = h("li", { class: "card", "data-state": one.state }, h("b", {}, one.title), h("span", { class: "quiet" }, one.where));
  if (one.state === "conflict")
    made.append(
      h("p", { class: "wrong" }, earlier ? t("Already done by %(who)s at %(time)s: yours is kept too.", { who: nameOf(day, earlier.who), time: when(earlier.at) }) : one.why || standing(one)),
      h("button", { type: "button", onclick: () => settle(room, one, { state: "sent" }) }, t("Seen")));
  else
    made.append(
      h("p", { class: "wrong" }, t("Refused: %(why)s", { why: one.why || "" })),
      errors.length > 1 ? h("ul", {}, errors.map((error) => h("li", {}, `${error.field}: ${error.wrong}`))) : "",
      h("div", { class: "row" },
        one.kind === "result" && one.draft ? h("button", { type: "button", class: "strong", onclick: () => mend(room, one) }, t("Mend it")) : "",
        h("button", { type: "button", onclick: () => resend(room, one) }, t("Send again"))),
      h("details", { "data-typing": true }, h("summary", { class: "button" }, t("Give it up")), h("label", {}, t("Why is it given up?"), why),
        h("button", { type: "button", onclick: () => (why.value.trim() ? giveUp(room, one, why.value.trim()) : (said.textContent = t("A reason is needed."))) }, t("Give it up")), said));
  return made;
}

async function settle(room, one, what) {
  await store.change(one.n, what);
  await room.changed();
}

// The same again under an id of its own: what was refused stays refused on the server.
async function resend(room, one) {
  const { kind, body, files, about, title, where, draft, device_at, offset } = one;
  await room.add({ kind, body, files, about, title, where, draft, device_at, offset, mends: one.id });
  await store.drop("queue", one.n);
  await room.changed();
}

// Back into the checklist, as it was filled in.
async function mend(room, one) {
  await store.put("drafts", { ...one.draft, mends: one.id, device_at: one.device_at, offset: one.offset, replaces: one.n }, one.draft.key);
  room.go(`check/${one.draft.occurrence}`);
}

async function giveUp(room, one, why) {
  await room.add({ kind: "discard", about: `entry:${one.id}`, body: { entry: one.id, why }, title: t("Given up: %(what)s", { what: one.title }), where: why });
  await store.drop("queue", one.n);
  await room.changed();
}
