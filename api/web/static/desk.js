// What a page does by itself: relative times, drafts that survive a lost session, keys, help.
const words = JSON.parse(document.body.dataset.words || "{}");
let skew = Number(document.body.dataset.now || Date.now()) - Date.now(); // the server's clock minus ours, corrected at each beat

export function say(key, number) {
  return (words[key] || key).replace("{n}", String(number));
}

export function ago(at, now = Date.now() + skew) {
  const ahead = at > now;
  const seconds = Math.floor(Math.abs(now - at) / 1000);
  const [unit, size] = seconds < 60 ? ["seconds", 1] : seconds < 3600 ? ["minutes", 60] : seconds < 86400 ? ["hours", 3600] : ["days", 86400];
  return say(ahead ? `in-${unit}` : unit, Math.floor(seconds / size));
}

export function setServerTime(at) {
  skew = at - Date.now();
}
export function serverNow() {
  return Date.now() + skew;
}

function countDown(element, left) {
  const total = Math.floor(Math.abs(left) / 1000);
  const [days, hours, minutes, seconds] = [Math.floor(total / 86400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60];
  const two = (number) => String(number).padStart(2, "0");
  element.textContent = days ? `${days} ${document.documentElement.lang.startsWith("zh") ? "天" : "d"} ${two(hours)}:${two(minutes)}:${two(seconds)}`
    : hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

function tick() {
  for (const element of document.querySelectorAll(".age[data-at]")) element.textContent = ago(Number(element.dataset.at));
  for (const bar of document.querySelectorAll("progress[data-due]")) bar.value = Math.max(0, Number(bar.dataset.due) - serverNow());
  for (const count of document.querySelectorAll("[data-countdown]")) countDown(count, Number(count.dataset.countdown) - serverNow());
  const clock = document.getElementById("now");
  if (clock) {
    const zh = document.documentElement.lang.startsWith("zh");
    const parts = Object.fromEntries(
      new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.zone, month: zh ? "numeric" : "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" })
        .formatToParts(new Date(serverNow())).map((part) => [part.type, part.value]));
    const date = zh ? `${Number(parts.month)}月${Number(parts.day)}日` : `${Number(parts.day)} ${parts.month}`;
    clock.textContent = `${date} ${parts.hour}:${parts.minute}:${parts.second}`;
  }
}
setInterval(tick, 1000);

// Drafts: what somebody typed is there again after a reload or a new sign-in.
const fields = "textarea, input:not([type=hidden]):not([type=password]):not([type=checkbox]), select";
export function restoreDrafts(root = document) {
  for (const form of root.querySelectorAll("form[data-draft]")) {
    const kept = JSON.parse(sessionStorage.getItem(`draft:${form.dataset.draft}`) || "null");
    if (!kept || form.dataset.restored) continue;
    form.dataset.restored = "1";
    form.querySelectorAll(fields).forEach((field, index) => {
      if (field.name && kept[index] && !field.value) field.value = kept[index];
    });
    if (kept.some(Boolean)) form.closest("details")?.setAttribute("open", "");
  }
}
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (form) sessionStorage.setItem(`draft:${form.dataset.draft}`, JSON.stringify([...form.querySelectorAll(fields)].map((field) => field.value)));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.draft) sessionStorage.setItem("draft-sent", JSON.stringify([form.dataset.draft, location.pathname]));
  // A second tap on the same button must not send the form twice.
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form button:disabled").forEach((button) => { button.disabled = false; }));
const sent = JSON.parse(sessionStorage.getItem("draft-sent") || "null");
if (sent) {
  // The form arrived when a page of ours follows it; after a lost session, or a refusal, the draft stays.
  if (document.querySelector("[data-region]") && !document.querySelector("[role=alert]")) sessionStorage.removeItem(`draft:${sent[0]}`);
  sessionStorage.removeItem("draft-sent");
}
restoreDrafts();

// Keys for the desk.
function rows() {
  return [...document.querySelectorAll(".alert, .order, .letter, .rule")].filter((row) => row.offsetParent);
}
function move(step) {
  const all = rows();
  if (!all.length) return;
  const index = all.findIndex((row) => row.classList.contains("chosen"));
  const next = all[Math.min(all.length - 1, Math.max(0, index + step))];
  all.forEach((row) => row.classList.toggle("chosen", row === next));
  next.querySelector("a")?.focus();
  next.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const act = { j: () => move(1), k: () => move(-1), a: acknowledge, "/": search, "?": help }[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});
function acknowledge() {
  const box = (document.querySelector(".chosen") || document).querySelector(".do .act, .lead .act");
  if (!box) return;
  box.open = true;
  box.querySelector("form button")?.focus();
}
function search() {
  document.querySelector("[data-search]")?.focus();
}
function help() {
  document.getElementById("help").showModal();
}
document.querySelector("[data-help]")?.addEventListener("click", help);
document.addEventListener("click", (event) => {
  const menu = document.getElementById("menu");
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
