// The live connection: freshness, values, and pages that change without moving anything under a finger.
import { ago, restoreDrafts, say, serverNow, setServerTime } from "./desk.js";
import { alarm } from "./sound.js";

const LOST_AFTER = 4500; // beats come every 2 s: a lost connection shows within 5 s
const BUSY_FOR = 6000; // after the last touch, key or scroll a person is still reading
const root = document.documentElement;
const linkText = document.getElementById("link-text");
const newsBar = document.getElementById("news");
let lastBeat = Date.now();
let lastTouch = 0;
let source = null;
let seen = Number(new URL(document.body.dataset.live, location.href).searchParams.get("after"));
const waiting = new Map(); // region id → how many changes wait behind the bar
let fetching = false;

function address() {
  const url = new URL(document.body.dataset.live, location.href);
  url.searchParams.set("after", String(seen));
  return url;
}

function connect() {
  source?.close();
  source = new EventSource(address());
  source.addEventListener("beat", (event) => beat(JSON.parse(event.data)));
  source.addEventListener("values", (event) => showValues(JSON.parse(event.data)));
  source.addEventListener("fact", (event) => heard(JSON.parse(event.data), Number(event.lastEventId)));
  source.addEventListener("reload", () => location.reload());
}

function beat(data) {
  const wasLost = root.classList.contains("lost");
  lastBeat = Date.now();
  setServerTime(data.at);
  root.classList.remove("lost");
  root.classList.add("alive");
  linkText.textContent = say("live");
  if (wasLost) refresh(regions());
}

setInterval(() => {
  const silence = Date.now() - lastBeat;
  if (silence > LOST_AFTER && !root.classList.contains("lost")) {
    root.classList.add("lost");
    root.classList.remove("alive");
    linkText.textContent = say("lost");
  }
  // A browser that gave up (the server answered with an error) is started again; a signed-out one finds the sign-in page.
  if (source.readyState === EventSource.CLOSED && silence > LOST_AFTER) {
    if (silence > LOST_AFTER + 2000) leaveIfSignedOut();
    connect();
  }
}, 1000);

// A session that has ended answers with a redirect: the sign-in page then leads back here, and drafts are kept.
let leaving = false;
async function leaveIfSignedOut() {
  if (leaving) return;
  leaving = true;
  try {
    const answer = await fetch(location.href, { redirect: "manual" });
    if (answer.type === "opaqueredirect") location.reload();
  } catch {
    // The server is away: nothing to do but wait.
  } finally {
    leaving = false;
  }
}

// A part of another page (the sign-in form) must never take the place of a part of this one.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL).pathname !== location.pathname) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// Nor does a part that was asked for before somebody began to try something there come over what is tried.
for (const name of ["htmx:beforeSwap", "htmx:oobBeforeSwap"])
  document.body.addEventListener(name, (event) => {
    if ("tried" in event.detail.target.dataset) event.detail.shouldSwap = false;
  });

// Values in place: nothing moves.
function showValues(values) {
  for (const [point, value] of Object.entries(values)) {
    for (const element of document.querySelectorAll(`[data-point="${CSS.escape(point)}"]`)) showValue(element, value);
    for (const age of document.querySelectorAll(`[data-age-of="${CSS.escape(point)}"]`)) {
      age.dataset.at = String(value.at);
      age.textContent = ago(value.at);
    }
  }
  document.dispatchEvent(new CustomEvent("values", { detail: values }));
}

function showValue(element, value) {
  element.classList.toggle("stale", value.stale);
  for (const priority of [1, 2, 3, 4]) element.classList.toggle(`p${priority}`, value.priority === priority);
  if (!value.text) return;
  const number = document.createElement("b");
  number.className = "number";
  number.textContent = value.text;
  element.replaceChildren(number);
  if (value.unit) {
    const unit = document.createElement("span");
    unit.className = "unit";
    unit.textContent = value.unit;
    element.append(" ", unit);
  }
}

// Facts: which parts of the page they touch.
const TOUCHES = { notice: ["notice"], chain: ["notice"], alert: ["alert", "zones", "counts"], "work-order": ["work-order"], letter: ["letter", "counts"], device: ["device", "counts"], register: ["zones", "device", "camera"], camera: ["camera"], plan: ["camera"], coverage: ["camera"], video: ["camera"], system: ["system"], "test-mode": ["test-mode", "aside"], maintenance: ["maintenance", "aside"], rota: ["rota"], round: ["round"], occurrence: ["occurrence"], duty: ["occurrence"], impairment: ["impairment", "aside"], incident: ["incident", "aside"], bulletin: ["bulletin"], report: ["report", "aside", "counts"] };

function heard(fact, seq) {
  if (seq <= seen) return;
  seen = seq;
  const touched = regions().filter((region) => (TOUCHES[fact.noun] || []).includes(region.dataset.region) && (!region.dataset.only || region.dataset.only === fact.subject));
  if (fact.noun === "alert" && fact.announces && !fact.acknowledged && ["raised", "re-alarmed", "rose"].includes(fact.what)) alarm(fact.severity);
  if (fact.noun === "report" && fact.what === "reported" && fact.severity === 1) alarm(1);
  const free = touched.filter((region) => region.id === "counts" || !busy(region));
  const held = touched.filter((region) => !free.includes(region));
  for (const region of held) waiting.set(region.id, (waiting.get(region.id) || 0) + 1);
  if (held.length) announce(fact);
  if (free.length) refresh(free);
}

function regions() {
  return [...document.querySelectorAll("[data-region][id]")];
}

function busy(region) {
  if (region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
  if (region.querySelector("details.act[open], details.flood[open]")) return true;
  const selection = getSelection();
  if (selection && !selection.isCollapsed && region.contains(selection.anchorNode)) return true;
  return region.dataset.region !== "system" && Date.now() - lastTouch < BUSY_FOR;
}

for (const kind of ["pointerdown", "pointermove", "touchmove", "wheel", "keydown"]) {
  document.addEventListener(kind, () => { lastTouch = Date.now(); }, { passive: true });
}

function announce(fact) {
  const count = Math.max(...waiting.values());
  newsBar.textContent = say("news", count) + (fact.title ? ` · ${fact.title[root.lang.startsWith("zh") ? "zh" : "en"]}` : "");
  newsBar.classList.toggle("p1", fact.severity === 1);
  newsBar.classList.toggle("p2", fact.severity === 2);
  newsBar.hidden = false;
  const typing = document.activeElement.matches("input, textarea, select") ? document.activeElement.getBoundingClientRect() : null;
  newsBar.classList.toggle("above", Boolean(typing) && typing.bottom > innerHeight - newsBar.offsetHeight && typing.top < innerHeight);
}

newsBar.addEventListener("click", () => {
  lastTouch = 0;
  refresh(regions());
});

// Once nobody reads any more, what waited is shown.
setInterval(() => {
  const ready = regions().filter((region) => waiting.has(region.id) && !busy(region));
  if (ready.length) refresh(ready);
}, 2000);

const every = regions().filter((region) => region.dataset.every);
if (every.length) setInterval(() => refresh(regions().filter((region) => region.dataset.every && !busy(region))), 1000 * Number(every[0].dataset.every));

let again = new Set();
async function refresh(some) {
  some.forEach((region) => again.add(region.id));
  if (fetching || !again.size) return;
  fetching = true;
  try {
    await new Promise((done) => { setTimeout(done, 150); }); // facts come in bunches
    const ids = [...again, "counts"].filter((id, index, all) => all.indexOf(id) === index && document.getElementById(id));
    again = new Set();
    const [first, ...others] = ids;
    await window.htmx.ajax("GET", location.pathname + location.search, {
      target: `#${first}`, select: `#${first}`, swap: "outerHTML", selectOOB: others.map((id) => `#${id}`).join(","),
    });
    ids.forEach((id) => waiting.delete(id));
    if (!waiting.size) newsBar.hidden = true;
    restoreDrafts();
    showCount();
  } finally {
    fetching = false;
    if (again.size) refresh([]);
  }
}

// Title and favicon show the count for a hidden tab.
const title = document.title;
function showCount() {
  const counts = document.getElementById("counts");
  const count = Number(counts?.dataset.unacknowledged || 0);
  document.title = count ? `(${count}) ${title}` : title;
  drawIcon(count, Number(counts?.dataset.urgent || 0));
  document.dispatchEvent(new CustomEvent("counts", { detail: { urgent: Number(counts?.dataset.urgent || 0) } }));
}

const plainIcon = document.getElementById("favicon").href;
function drawIcon(count, urgent) {
  const icon = document.getElementById("favicon");
  if (!count) {
    icon.href = plainIcon;
    return;
  }
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 32 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = urgent ? "#c4121e" : "#f3cd3a";
  pen.fillRect(0, 0, 32, 32);
  pen.fillStyle = urgent ? "#fff" : "#16191c";
  pen.font = "bold 22px sans-serif";
  pen.textAlign = "center";
  pen.fillText(count > 99 ? "99" : String(count), 16, 24);
  icon.href = canvas.toDataURL("image/png");
}

connect();
showCount();
export { serverNow };
