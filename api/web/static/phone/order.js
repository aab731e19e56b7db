// A work order on site: one big next step, a remark, ticks and photos. Steps that wait are counted as taken, and said to wait.
import * as store from "./store.js";
import { t, say, when } from "./words.js";
import { h, link, empty, section, row } from "./draw.js";
import { photos } from "./picture.js";
import { reader } from "./place.js";
import { sentFor, standing } from "./today.js";

const AFTER = { accept: "accepted", arrive: "arrived", start: "in-progress", resume: "in-progress", finish: "pending-verify" };
const NEXT = { new: "accept", dispatched: "accept", transferred: "accept", rejected: "accept", accepted: "arrive", arrived: "start", "in-progress": "finish", "on-hold": "resume" };

export async function order(room, id) {
  const { day, me, queue } = room.state;
  const work = day?.orders.find((one) => String(one.id) === id);
  const sent = sentFor(queue, `work-order:${id}`);
  if (!work) return [h("h1", {}, t("Work order")), ...told(sent), empty(t("It is not yours any more, or this phone has not heard of it yet."))];
  const state = sent.filter((one) => one.state === "waiting" || (one.state === "sent" && one.at > day.at)).reduce((now, one) => AFTER[one.body.action] || now, work.state);
  const key = `${me.account}/order-${id}`;
  const form = { room, me, work, said: h("p", { role: "status" }), draft: (await store.get("drafts", key)) || { key, reason: "", code: "", ticks: [], files: [] } };
  form.keep = () => store.keepDraft(form.draft).catch(room.full);
  const action = me.rights.includes("act-on-work") ? NEXT[state] : "";
  const made = [
    h("h1", {}, `#${work.id} ${say(work.title)}`),
    h("p", { class: "quiet" }, say(work.place)),
    h("dl", { class: "facts" }, row(t("State"), word(state)), say(work.limit) ? row(t("Limit"), say(work.limit)) : "", work.value != null ? row(t("Value"), `${work.value} ${work.unit}`) : "",
      work.due ? row(t("Due"), when(work.due)) : "", work.description ? row(t("About"), work.description) : ""),
    ...told(sent),
    h("div", { class: "stack", "data-typing": true },
      action === "finish" && work.checks.length ? section(t("Checklist"), work.checks.map((line) => ticked(form, line))) : "",
      action === "arrive" ? arriving(form) : "",
      h("label", {}, action === "finish" ? t("What was done") : t("Remark"), h("textarea", { name: "reason", rows: 2, value: form.draft.reason, oninput: (event) => { form.draft.reason = event.target.value; form.keep(); } })),
      photos({ files: form.draft.files, account: me.account, changed: form.keep }),
      form.said,
      action ? h("button", { type: "button", class: "strong next", onclick: () => take(form, action) }, doing(action)) : "",
      me.rights.includes("act-on-work") ? h("button", { type: "button", onclick: () => take(form, "comment") }, doing("comment")) : ""),
  ];
  made.leave = () => form.read?.leave();
  return made;
}

const told = (sent) => [sent.length ? h("ol", { class: "cards" }, sent.slice(-4).map((one) => h("li", { class: "card" }, `${doing(one.body.action)} ${when(one.device_at - one.offset)}`,
  one.state === "refused" || one.state === "conflict" ? link("queue", { class: "tag wrong" }, standing(one)) : h("span", { class: "tag" }, standing(one))))) : ""];

const word = (state) => ({ new: t("new"), dispatched: t("dispatched"), accepted: t("accepted"), arrived: t("on site"), "in-progress": t("in progress"), "on-hold": t("on hold"), "pending-verify": t("to be verified"), rejected: t("rejected"), transferred: t("transferred") })[state] || state;
const doing = (action) => ({ accept: t("Accept"), arrive: t("I am there"), start: t("Start work"), resume: t("Go on"), finish: t("Finish"), comment: t("Comment") })[action] || action;

function ticked({ draft, keep }, line) {
  const field = h("input", { type: "checkbox", checked: draft.ticks.includes(line.id), onchange: () => {
    draft.ticks = draft.ticks.filter((one) => one !== line.id).concat(field.checked ? [line.id] : []);
    keep();
  } });
  return h("label", { class: "tick" }, field, say(line.title), line.must ? "" : h("span", { class: "quiet" }, t("if you can")));
}

function arriving(form) {
  form.read = reader((text) => {
    form.draft.code = text;
    form.keep();
    form.read.say(t("Code kept: %(code)s", { code: text.split("/").pop() }));
  });
  return h("div", {}, h("p", {}, t("Scan the code that hangs there, or say in the remark why not.")), form.read);
}

async function take({ room, work, draft, said }, action) {
  const reason = draft.reason.trim();
  if ((action === "finish" || action === "comment") && !reason) return void (said.textContent = t("Say in a few words what was done or seen."));
  if (action === "arrive" && !reason && !draft.code) return void (said.textContent = t("Scan the code that hangs there, or say in the remark why not."));
  const body = { order: work.id, action, reason, code: action === "arrive" ? draft.code : "", ticks: action === "finish" ? draft.ticks : [], files: draft.files };
  await room.add({ kind: "order-step", about: `work-order:${work.id}`, body, files: draft.files, title: `#${work.id} ${say(work.title)}: ${doing(action)}`, where: say(work.place) }, draft.key);
  await room.changed();
}
