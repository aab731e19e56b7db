// A place or a thing: found by its code, with what is owed there, what was found last, and what is wrong now.
import { t, say, when } from "./words.js";
import { h, empty, section, priority, row } from "./draw.js";
import { duties, orders, standing } from "./today.js";
import { read as read_ } from "./judge.js";
import { photos } from "./picture.js";

// Of a whole address, as QR codes carry it, the code alone.
export const plain = (text) => text.trim().replace(/[?#].*$/, "").replace(/\/+$/, "").split("/").pop();

// The phone knows only digests of the codes: it recognises one, and has none to show.
export async function find(day, text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(plain(text)));
  return day?.codes[[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")];
}

// Camera and NFC where there are any; typing always. taken(text) for each code. Returns the element with its end as `leave`.
export function reader(taken) {
  const said = h("p", { role: "status", class: "quiet" });
  const typed = h("input", { name: "code", autocapitalize: "none", autocomplete: "off", spellcheck: "false", "aria-label": t("Code") });
  const open = () => typed.value.trim() && taken(typed.value);
  typed.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); open(); } });
  const video = h("video", { hidden: true, muted: true, playsinline: true });
  const made = h("div", { class: "stack", "data-typing": true }, h("div", { class: "typed" }, typed, h("button", { type: "button", onclick: open }, t("Open"))));
  let ends = [];
  if ("BarcodeDetector" in globalThis && navigator.mediaDevices)
    made.append(h("button", { type: "button", onclick: () => look(video, taken, ends).catch(() => (said.textContent = t("The camera cannot be used. Type the code that stands below the picture."))) }, t("Scan with the camera")), video);
  if ("NDEFReader" in globalThis)
    made.append(h("button", { type: "button", onclick: () => hold(taken, ends).then(() => (said.textContent = t("Hold the phone to the tag.")), () => (said.textContent = t("NFC cannot be used. Type the code."))) }, t("Read a tag")));
  made.append(said);
  made.leave = () => { for (const end of ends) end(); ends = []; };
  made.say = (text) => (said.textContent = text);
  return made;
}

async function look(video, taken, ends) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let on = true;
  const end = () => { on = false; video.hidden = true; for (const track of stream.getTracks()) track.stop(); };
  ends.push(end);
  Object.assign(video, { srcObject: stream, hidden: false });
  await video.play();
  while (on) {
    const [seen] = await detector.detect(video).catch(() => []);
    if (seen && on) { end(); return taken(seen.rawValue); }
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function hold(taken, ends) {
  const stop = new AbortController(), tag = new NDEFReader();
  ends.push(() => stop.abort());
  tag.onreading = ({ message, serialNumber }) => {
    const record = [...message.records].find((one) => one.recordType === "url" || one.recordType === "text");
    taken(record ? new TextDecoder().decode(record.data) : serialNumber.replaceAll(":", ""), "nfc");
  };
  await tag.scan({ signal: stop.signal });
}

export function scan(room) {
  const { day, queue } = room.state;
  const rounds = day?.rounds || [];
  const below = h("div", { class: "stack" });
  const read = reader(async (text) => {
    const found = await find(day, text), point = found && day.checkpoints[found.asset];
    if (point || (!found && rounds.length)) return below.replaceChildren(checkpoint(room, text, point, read));
    if (found) return room.go(`place/${found.asset || found.zone}`);
    read.say(t("This phone knows no place of that code. It may be newer than the data here, or belong elsewhere."));
  });
  const scans = queue.filter((one) => one.kind === "scan").slice(-3);
  const made = [h("h1", {}, t("Scan")), h("p", {}, t("Scan the code that hangs at the asset or in the room, or type what stands below it.")), read, below,
    scans.length ? h("ul", { class: "cards" }, scans.map((one) => h("li", { class: "card" }, h("b", {}, one.title), h("span", { class: "tag" }, standing(one))))) : "",
    rounds.map((one) => section(say(one.name), h("ol", { class: "cards" }, one.stops.map((stop) => h("li", { class: "card" }, say(stop.name), h("span", { class: stop.status === "overdue" || stop.status === "missed" ? "tag wrong" : "tag" }, mark(stop)))))))];
  made.leave = read.leave;
  return made;
}

const mark = (stop) => ({ open: t("until %(time)s", { time: when(stop.due) }), overdue: t("overdue, still counts"), missed: t("missed") })[stop.status] || t("been there");

// A checkpoint, with what it asks for. Of a tag only the server says whose it is.
function checkpoint(room, text, point, read) {
  const asks = point?.asks || [], files = [];
  const value = h("input", { inputmode: "decimal", "aria-label": t("Value") });
  const name = point ? say(point.name) : t("Tag %(code)s", { code: plain(text) });
  const keepIt = async () => {
    const number = read_(value.value);
    if (asks.includes("reading") && number == null) return read.say(t("not a number"));
    if (asks.includes("photo") && !files.length) return read.say(t("This point asks for a photo."));
    await room.add({ kind: "scan", about: `checkpoint:${plain(text)}`, body: { code: plain(text), value: number, files }, files, title: name, where: t("Rounds") });
    await room.changed();
  };
  return h("div", { class: "card" }, h("b", {}, name), asks.includes("reading") ? value : "", photos({ files, account: room.state.me.account, changed: () => {} }),
    h("button", { type: "button", class: "strong next", onclick: keepIt }, t("I am here")));
}

export function place({ state }, id) {
  const { day } = state;
  const thing = day?.places[id];
  if (!thing) return [h("h1", {}, t("Place")), empty(t("This phone knows nothing of it yet: the day's data come as soon as there is a signal."))];
  const owed = day.occurrences.filter((one) => one.asset === id || one.zone === id || one.target === id);
  const wrong = day.alerts.filter((one) => one.asset === id || one.zone === id);
  const work = day.orders.filter((one) => one.asset === id || one.zone === id);
  const last = Object.values(day.last).filter((one) => one.target === id);
  return [
    h("h1", {}, say(thing.name)),
    h("p", { class: "quiet" }, say(thing.place)),
    wrong.length ? section(t("Open alerts"), h("ul", { class: "cards" }, wrong.map((one) => h("li", { class: "card" },
      h("span", {}, priority(one.severity, ""), " ", say(one.title)), h("span", { class: "quiet" }, t("since %(time)s", { time: when(one.since) })))))) : "",
    section(t("Owed here"), owed.length ? duties(owed, state) : empty(t("Nothing is owed here now."))),
    work.length ? section(t("Work orders"), orders(work, state)) : "",
    section(t("Last results"), last.length ? h("dl", { class: "facts" }, last.map((one) =>
      row(say(one.title), `${when(one.done)} · ${outcome(one.outcome)}`))) : empty(t("No result is known here."))),
  ];
}

export const outcome = (word) => ({ pass: t("pass"), flag: t("flag"), fail: t("fail") })[word] || "–";
