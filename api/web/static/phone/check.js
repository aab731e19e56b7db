// One inspection: the checklist with big targets, each answer kept as it is given, and the whole sent when it is complete.
import * as store from "./store.js";
import { t, say, when, date, number, now } from "./words.js";
import { h, link, empty, choices } from "./draw.js";
import { judge, read, answered, missing, conditionsOf } from "./judge.js";
import { keep, photos, show, signing } from "./picture.js";
import { reader, find, plain, outcome } from "./place.js";
import { sentFor, standing, overdue } from "./today.js";

export async function check(room, id) {
  const { day, me, queue } = room.state;
  const owed = day?.occurrences.find((one) => String(one.id) === id);
  const duty = owed && day.duties[owed.duty_key];
  const sent = sentFor(queue, `occurrence:${id}`).at(-1);
  if (!duty) return sent ? done([h("h1", {}, sent.title), h("p", {}, sent.where)], sent)
    : [h("h1", {}, t("Inspection")), empty(t("It is no longer owed, or this phone has not heard of it yet.")), link("", { class: "button" }, t("Today"))];
  const key = `${me.account}/${id}`;
  const draft = (await store.get("drafts", key)) || { key, occurrence: owed.id, answers: [] };
  if (sent && !draft.mends) return done(head(duty, owed), sent);
  const form = { room, day, me, owed, duty, draft, said: h("p", { role: "status", class: "quiet" }), ends: [], works: [] };
  const send = h("button", { type: "submit", class: "strong next" }, t("Submit"));
  form.count = h("p", { class: "quiet" });
  const made = [
    ...head(duty, owed),
    h("form", { class: "stack checks", novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(form, send); } },
      duty.checks.map((line) => group(form, line)), form.count, form.said, send),
  ];
  made.leave = () => form.ends.forEach((end) => end());
  counted(form);
  return made;
}

function head(duty, owed) {
  return [
    h("h1", {}, say(duty.title)),
    h("p", {}, link(`place/${owed.asset || owed.zone}`, {}, say(owed.name)), " ", h("span", { class: "quiet" }, say(owed.place))),
    h("p", { class: overdue(owed) ? "tag wrong" : "tag" }, t("until %(time)s", { time: when(owed.until) })),
    h("p", { class: "first" }, say(duty.do), " ", h("span", { class: "quiet" }, duty.clause)),
  ];
}

const done = (top, sent) => [...top, h("p", { role: "status", class: "kept" }, standing(sent)),
  sent.state === "refused" || sent.state === "conflict" ? link("queue", { class: "button" }, t("Look at it")) : link("", { class: "button" }, t("Today"))];

// A line, or of a line that is answered for each of several things one block for each.
function group(form, line) {
  const mine = () => form.draft.answers.filter((one) => one.check === line.id);
  if (!mine().length) form.draft.answers.push(fresh(form, line));
  const box = h("fieldset", { id: `line-${line.id}`, "data-check": line.id },
    h("legend", {}, say(line.title), line.must ? "" : h("span", { class: "quiet" }, ` ${t("if you can")}`)));
  const blocks = h("div", { class: "stack" }, mine().map((answer) => block(form, line, answer)));
  box.append(blocks);
  if (line.per)
    box.append(h("button", { type: "button", onclick: () => {
      const answer = { check: line.id };
      form.draft.answers.push(answer);
      blocks.append(block(form, line, answer));
    } }, t("One more: %(what)s", { what: say(line.per) })));
  return box;
}

// Where the last result named several things, they are asked for by their names again.
function fresh({ day, owed, draft }, line) {
  const names = line.per ? Object.values(lastOf(day, owed)?.findings || {}).filter((one) => one.check === line.id && one.item).map(({ item, phase }) => (phase ? { item, conditions: { phase } } : { item })) : [];
  for (const one of names.slice(1)) draft.answers.push({ check: line.id, ...one });
  return names.length ? { check: line.id, ...names[0] } : { check: line.id };
}

const lastOf = (day, owed) => day.last[`${owed.duty}/${owed.target}`];
const KINDS = { pass: passing, number: numbered, choice: chosen, text: written, photo: pictured, scan: scanned, signature: signed };

function block(form, line, answer) {
  const made = h("div", { class: "answer" });
  const keepIt = (redraw) => {
    // Whether what was typed last lies on the disk can be seen on the form.
    const page = made.closest("form");
    page?.setAttribute("data-keeping", "");
    store.keepDraft(form.draft).then(() => page?.removeAttribute("data-keeping"), form.room.full);
    counted(form);
    made.dataset.outcome = judge(line, answer, expired(form, answer));
    if (redraw) paint();
  };
  const paint = () => made.replaceChildren(...[
    line.per ? h("label", {}, say(line.per), h("input", { name: "item", value: answer.item || "", oninput: (event) => { answer.item = event.target.value; keepIt(); } })) : "",
    ...KINDS[line.kind](form, line, answer, keepIt),
  ].filter(Boolean));
  paint();
  made.dataset.outcome = judge(line, answer, expired(form, answer));
  return made;
}

function passing(form, line, answer, kept) {
  const options = [["pass", t("pass"), "good"], ["flag", t("flag"), "mark"], ["fail", t("fail"), "bad"]];
  const wordy = answer.choice === "flag" || answer.choice === "fail";
  return [
    choices(say(line.title), options, answer.choice, (value) => { answer.choice = value; if (value !== "fail") answer.order = false; kept(true); }),
    last(form, line, answer),
    wordy ? remark(answer, kept) : "",
    ...(wordy ? pictured(form, line, answer, kept) : []),
    answer.choice === "fail" ? failed(form, line, answer, kept) : "",
  ];
}

const remark = (answer, kept) => h("label", {}, t("Remark"), h("textarea", { rows: 2, value: answer.text || "", oninput: (event) => { answer.text = event.target.value; kept(); } }));

function numbered(form, line, answer, kept) {
  const told = h("output", { role: "status" });
  const failing = h("div");
  const judged = () => {
    const found = judge(line, answer, expired(form, answer));
    told.className = found === "fail" ? "verdict bad" : found === "flag" ? "verdict mark" : "verdict";
    told.textContent = { pass: t("within the limit"), fail: t("outside the limit"), flag: t("the instrument's calibration is over: kept, but no evidence") }[found] || (answer.typed && answer.value == null ? t("not a number") : "");
    failing.replaceChildren(found === "fail" ? failed(form, line, answer, kept) : "");
  };
  const field = h("input", {
    name: "value", inputmode: "decimal", autocomplete: "off", "aria-label": say(line.title), value: answer.typed ?? (answer.value != null ? number(answer.value) : ""), disabled: answer.over_range,
    oninput: () => { answer.typed = field.value.trim(); answer.value = read(field.value); kept(); judged(); },
  });
  const made = [
    h("div", { class: "number" }, field, h("span", {}, line.unit)),
    told,
    h("p", { class: "quiet" }, limits(line)), last(form, line, answer),
    line.over_range ? h("button", { type: "button", "aria-pressed": String(Boolean(answer.over_range)), onclick: () => { answer.over_range = !answer.over_range; if (answer.over_range) { answer.value = null; answer.typed = ""; } kept(true); } }, t("Over range")) : "",
    line.instrument ? instrument(form, line, answer, () => { kept(); judged(); }) : "",
    ...(line.conditions ? conditions(answer, kept) : []),
    failing,
  ];
  judged();
  return made;
}

// Of a test of insulation: the circuit's phase, and what was otherwise than for the whole box.
const own = () => [["volts", t("Volts"), "V"], ["seconds", t("Seconds"), "s"], ["celsius", t("Temperature"), "°C"], ["humidity", t("Relative humidity"), "%RH"]];
function conditions(answer, kept) {
  answer.conditions ??= {};
  const field = (name, more) => h("input", { name, autocomplete: "off", value: answer.conditions[name] || "", ...more, oninput: (event) => { answer.conditions[name] = event.target.value.trim(); kept(); } });
  const more = h("details", { class: "own" }, h("summary", { class: "button" }, t("Otherwise for this circuit")),
    own().map(([name, word, unit]) => h("label", {}, `${word} (${unit})`, field(name, { inputmode: "decimal", maxlength: 12 }))));
  more.open = own().some(([name]) => answer.conditions[name]);
  return [h("label", {}, t("Phase"), field("phase", { maxlength: 40, placeholder: "L1-PE" })), more];
}

function limits({ low, high, unit }) {
  if (low == null && high == null) return t("no limit");
  if (low == null) return t("limit: at most %(high)s %(unit)s", { high: number(high), unit });
  if (high == null) return t("limit: at least %(low)s %(unit)s", { low: number(low), unit });
  return t("limit: %(low)s to %(high)s %(unit)s", { low: number(low), high: number(high), unit });
}

function last({ day, owed }, line, answer) {
  const before = lastOf(day, owed);
  const found = before && Object.values(before.findings).find((one) => one.check === line.id && (one.item || "") === (answer.item || "") && (one.phase || "") === (answer.conditions?.phase || ""));
  if (!found) return h("p", { class: "quiet" }, t("last time: not known"));
  const value = found.over_range ? t("over range") : found.value != null ? `${number(found.value)} ${found.unit}` : found.text || outcome(found.outcome);
  return h("p", { class: "quiet" }, t("last time: %(value)s, %(time)s", { value, time: date(before.done) }));
}

const known = (form, answer) => form.day.instruments.find((one) => one.id === answer.instrument);
function expired(form, answer) {
  const used = known(form, answer);
  return Boolean(answer.instrument) && (!used || used.due == null || used.due <= now());
}

function instrument(form, line, answer, kept) {
  const fitting = form.day.instruments.filter((one) => one.kind === line.instrument);
  if (!fitting.length) return h("p", { class: "wrong" }, t("No instrument of this kind stands in the register; the value is kept, but is no evidence."));
  const told = h("p", { class: "quiet" });
  const tell = () => {
    const used = known(form, answer);
    told.textContent = !used ? "" : used.due == null ? t("no calibration is known") : t("calibrated until %(day)s", { day: date(used.due) });
  };
  const field = h("select", { name: "instrument", onchange: () => { answer.instrument = field.value; tell(); kept(); } },
    h("option", { value: "" }, "–"), fitting.map((one) => h("option", { value: one.id }, `${one.id} ${say(one.name)}`)));
  field.value = answer.instrument || "";
  tell();
  return h("label", {}, t("Instrument"), field, told);
}

function chosen(form, line, answer, kept) {
  const moods = { pass: "good", flag: "mark", fail: "bad" };
  return [choices(say(line.title), line.choices.map((one) => [one.id, say(one.text), moods[one.outcome]]), answer.choice, (value) => { answer.choice = value; kept(true); }), last(form, line, answer),
    judge(line, answer) === "fail" ? failed(form, line, answer, kept) : ""];
}

function written(form, line, answer, kept) {
  return [h("textarea", { rows: 3, "aria-label": say(line.title), value: answer.text || "", oninput: (event) => { answer.text = event.target.value; kept(); } }), last(form, line, answer)];
}

function pictured(form, line, answer, kept) {
  const wanted = line.kind === "photo" || (line.photo_on_fail && answer.choice === "fail");
  answer.files ??= [];
  return [photos({ files: answer.files, account: form.me.account, word: wanted ? t("Take a photo") : "", name: t("Photo: %(what)s", { what: say(line.title) }), made: (work) => form.works.push(work), changed: kept })];
}

function scanned(form, line, answer, kept) {
  const { day, owed } = form;
  if (answer.code) return [h("p", { class: "verdict" }, t("Right place: %(code)s", { code: answer.code })), h("button", { type: "button", onclick: () => { answer.code = ""; kept(true); } }, t("Scan again"))];
  const read = reader(async (text) => {
    const found = await find(day, text);
    if (found && (owed.asset ? found.asset === owed.asset : found.zone === owed.zone)) {
      answer.code = plain(text);
      kept(true);
    } else read.say(found ? t("That is the code of another place.") : t("This phone knows no place of that code. It may be newer than the data here, or belong elsewhere."));
  });
  form.ends.push(() => read.leave());
  return [read];
}

// Whoever submits signs; where several must, each in a frame of his own.
function signed(form, line, answer, kept) {
  const { me, day, duty } = form;
  answer.signed ??= [me.account];
  while (answer.signed.length < duty.people) answer.signed.push("");
  answer.files ??= [];
  return answer.signed.map((who, n) => {
    const sha = answer.files[n];
    const name = n === 0 ? h("p", {}, me.name) : h("label", {}, t("Who signs too"), select(day.people.filter((one) => one.account !== me.account), who, (value) => { answer.signed[n] = value; kept(); }));
    if (sha) {
      const image = h("img", { alt: t("Signature"), class: "signed" });
      show(sha, image);
      return h("div", { class: "signing" }, name, image, h("button", { type: "button", onclick: () => { answer.files[n] = ""; answer.choice = ""; kept(true); } }, t("Sign again")));
    }
    const canvas = h("canvas", { width: 640, height: 240, "aria-label": t("Sign here"), role: "img", "data-sign": n });
    signing(canvas, (blob) => form.works.push(keep(blob, me.account).then((made) => { answer.files[n] = made; if (n === 0) answer.choice = "signed"; kept(); })));
    return h("div", { class: "signing" }, name, canvas, h("button", { type: "button", onclick: () => { answer.files[n] = ""; if (n === 0) answer.choice = ""; kept(true); } }, t("Sign again")));
  });
}

function select(people, value, pick) {
  const field = h("select", { onchange: () => pick(field.value) }, h("option", { value: "" }, "–"), people.map((one) => h("option", { value: one.account }, one.name)));
  field.value = value;
  return field;
}

function failed({ duty }, line, answer, kept) {
  return duty.fail_order ? h("button", { type: "button", class: "order", "aria-pressed": String(Boolean(answer.order)), onclick: (event) => {
    answer.order = !answer.order;
    event.currentTarget.setAttribute("aria-pressed", String(answer.order));
    kept();
  } }, t("Open a work order")) : "";
}

function counted({ duty, draft, count }) {
  const given = duty.checks.filter((line) => draft.answers.some((one) => one.check === line.id && answered(one))).length;
  count.textContent = t("%(done)s of %(all)s answered", { done: given, all: duty.checks.length });
}

async function submit(form, button) {
  const { room, owed, duty, draft, said } = form;
  await Promise.all(form.works); // a picture that is just being made belongs to it
  const gaps = missing(duty.checks, draft.answers);
  for (const box of document.querySelectorAll("[data-check]")) box.classList.toggle("gap", gaps.includes(box.dataset.check));
  if (gaps.length) {
    said.textContent = t("Still missing: %(what)s", { what: duty.checks.filter((one) => gaps.includes(one.id)).map((one) => say(one.title)).join(", ") });
    document.getElementById(`line-${gaps[0]}`).querySelector("input, button, textarea, select, canvas")?.focus();
    return;
  }
  button.disabled = true;
  const answers = draft.answers.filter(answered).map(sendable);
  const body = { occurrence: owed.id, duty: owed.duty, duty_version: owed.version, target: owed.target, answers };
  const entry = {
    kind: "result", about: `occurrence:${owed.id}`, body, files: [...new Set(answers.flatMap((one) => one.files))], title: say(duty.title), where: say(owed.name),
    draft: { key: draft.key, occurrence: draft.occurrence, answers: draft.answers }, ...(draft.mends ? { mends: draft.mends, device_at: draft.device_at, offset: draft.offset } : {}),
  };
  await room.add(entry, draft.key).finally(() => (button.disabled = false));
  if (draft.replaces) await store.drop("queue", draft.replaces);
  await room.changed();
}

function sendable({ check, item, value, over_range, choice, text, files, signed, code, instrument, conditions, order }) {
  const drawn = (files || []).filter(Boolean);
  return { check, item: item?.trim() || "", value: value ?? null, over_range: Boolean(over_range), choice: choice || "", text: text?.trim() || "", files: drawn, signed: signed ? signed.filter((_, n) => files?.[n]) : [], code: code || "", instrument: instrument || "", conditions: conditionsOf(conditions), order: Boolean(order) };
}
