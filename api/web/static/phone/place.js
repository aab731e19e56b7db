// A place or a thing: found by its code, with what is owed there, what was found last, and what is wrong now.
import { t, say, when } from "./words.js";
import { h, empty, section, priority, row } from "./draw.js";
import { duties, orders } from "./today.js";

// Of a whole address, as QR codes carry it, the code alone.
export const plain = (text) => text.trim().replace(/[?#].*$/, "").replace(/\/+$/, "").split("/").pop();

export function find(day, text) {
  const code = plain(text);
  return day?.codes[code] && { code, ...day.codes[code] };
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
  const { state } = room;
  const read = reader(async (text, way) => {
    await room.scanned?.(text, way);
    const found = find(state.day, text);
    if (found) return room.go(`place/${found.asset || found.zone}`);
    read.say(t("This phone knows no place of that code. It may be newer than the data here, or belong elsewhere."));
  });
  const made = [h("h1", {}, t("Scan")), h("p", {}, t("Scan the code that hangs at the asset or in the room, or type what stands below it.")), read];
  made.leave = read.leave;
  return made;
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
