// Today: what I owe, late first, then by place; my open work orders; my round.
import { t, say, when, now } from "./words.js";
import { h, link, empty, section, priority } from "./draw.js";

export const sentFor = (queue, about) => queue.filter((one) => one.about === about);

export function today({ state }) {
  const { day } = state;
  if (!day) return [h("h1", {}, t("Today")), empty(t("Nothing is here yet: the day's data come as soon as there is a signal."))];
  const owed = day.occurrences.filter((one) => one.mine);
  const late = owed.filter((one) => overdue(one)), open = owed.filter((one) => !overdue(one));
  const rest = day.occurrences.length - owed.length;
  return [
    h("h1", {}, t("Today")),
    late.length ? section(t("Late"), duties(late, state)) : "",
    section(t("To be done"), open.length ? duties(open, state) : empty(t("Nothing is owed by you now. What falls due for you or your team appears here."))),
    day.rounds.length ? section(t("Rounds"), rounds(day.rounds)) : "",
    day.gate ? section("", link("gate", { class: "card" }, h("b", {}, t("Gate")), h("span", {}, t("%(n)s visitors are here", { n: day.gate.visits.filter((one) => one.state !== "expected").length })))) : "",
    section(t("My work orders"), day.orders.length ? orders(day.orders, state) : empty(t("No open work order is yours."))),
    rest > 0 ? h("details", {}, h("summary", { class: "button" }, t("Of others: %(n)s", { n: rest })), duties(day.occurrences.filter((one) => !one.mine), state)) : "",
  ];
}

const BEEN = ["early", "on-time", "late"];
export const overdue = (one) => one.standing === "late" || one.standing === "missed" || one.until < now();

export function duties(list, state) {
  return h("ul", { class: "cards" }, list.map((one) => {
    const sent = sentFor(state.queue, `occurrence:${one.id}`).at(-1);
    return h("li", {}, link(`check/${one.id}`, { class: sent ? "card done" : "card" },
      h("b", {}, say(state.day.duties[one.duty_key]?.title)),
      h("span", {}, say(one.name)),
      h("span", { class: "quiet" }, say(one.place)),
      sent ? h("span", { class: "tag" }, standing(sent)) : dueTag(one)));
  }));
}

function dueTag(one) {
  if (one.standing === "missed") return h("span", { class: "tag wrong" }, t("missed; can be made up for"));
  if (overdue(one)) return h("span", { class: "tag wrong" }, t("late since %(time)s", { time: when(one.until) }));
  return h("span", { class: "tag" }, t("until %(time)s", { time: when(one.until) }));
}

export function standing(entry) {
  switch (entry.state) {
    case "waiting": return t("kept on this phone, will be sent");
    case "refused": return t("refused: look at it");
    case "conflict": return t("somebody else was first: look at it");
    default: return t("sent %(time)s", { time: when(entry.at) });
  }
}

export function orders(list, state) {
  return h("ul", { class: "cards" }, list.map((one) => {
    const sent = sentFor(state.queue, `work-order:${one.id}`).filter((entry) => entry.state !== "sent").at(-1);
    return h("li", {}, link(`order/${one.id}`, { class: "card" },
      h("span", {}, priority(one.severity, say(one.severity_word)), " ", h("b", {}, `#${one.id} ${say(one.title)}`)),
      h("span", { class: "quiet" }, say(one.place)),
      one.due ? h("span", { class: one.due < now() ? "tag wrong" : "tag" }, t("until %(time)s", { time: when(one.due) })) : "",
      sent ? h("span", { class: "tag" }, standing(sent)) : ""));
  }));
}

export function rounds(list) {
  return h("ul", { class: "cards" }, list.map((one) =>
    h("li", {}, link("scan", { class: "card" }, h("b", {}, say(one.name)), h("span", {}, t("%(done)s of %(all)s points", { done: one.stops.filter((stop) => BEEN.includes(stop.status)).length, all: one.stops.length })),
      h("span", { class: one.due < now() ? "tag wrong" : "tag" }, one.start > now() ? t("from %(time)s", { time: when(one.start) }) : t("until %(time)s", { time: when(one.due) }))))));
}
