// The phone's pages: what is kept is drawn, what is new is fetched, and whether there is a signal only changes what the bar says.
import * as store from "./store.js";
import { sync, alone, onTold } from "./sync.js";
import { t, when, speak } from "./words.js";
import { h, empty } from "./draw.js";
import { today } from "./today.js";
import { scan, place } from "./place.js";
import { check } from "./check.js";
import { order } from "./order.js";
import { queue } from "./queue.js";
import { mine } from "./mine.js";
import { gate } from "./gate.js";

const main = document.getElementById("main"), bar = document.getElementById("bar"), nav = document.getElementById("nav");
const VIEWS = { "": today, scan, place, check, order, queue, gate, me: mine };
const state = { me: null, day: null, queue: [], link: "", fresh: false };
let tries = 0, timer = 0, drawn = null, leave = null;

// What every view gets: what is known, and what it may ask for.
const room = {
  state,
  t,
  go: (hash) => (location.hash = hash),
  again: () => draw(true),
  async add(entry, draft) {
    const { account, offset } = state.me;
    await store.enqueue({ account, offset, ...entry }, draft).catch((error) => {
      room.full(error);
      throw error;
    });
    await reload();
    later(0);
    const ready = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration());
    ready?.sync?.register("queue").catch(() => {});
  },
  full(error) {
    console.warn(error);
    bar.replaceChildren(h("b", { class: "wrong" }, t("The phone's memory is full: make room, then do it again.")));
  },
  async changed() {
    await reload();
    await draw(true);
    later(0);
  },
};

async function reload() {
  state.me = (await store.get("kept", "me")) || null;
  state.day = state.me ? (await store.get("kept", `day:${state.me.account}`)) || null : null;
  const all = await store.all("queue");
  state.queue = all.filter((one) => one.account === state.me?.account);
  state.others = all.filter((one) => one.account !== state.me?.account && one.state !== "sent");
  speak(localStorage.language || state.me?.language, state.day?.site.zone, state.me?.offset);
  document.documentElement.dataset.theme = localStorage.theme || state.me?.theme || "auto";
  drawBar();
}

const waiting = () => state.queue.filter((one) => one.state === "waiting").length;
const troubled = () => state.queue.filter((one) => one.state === "refused" || one.state === "conflict").length;

function drawBar() {
  const signal = { offline: t("no signal"), "signed-out": t("signed out"), later: t("the server is busy"), sent: t("in touch") }[state.link] || t("looking for a signal");
  const parts = [h("b", {}, signal)];
  if (state.link === "signed-out") parts.push(h("a", { href: "/sign-in?next=/m/" }, t("Sign in")));
  if (waiting()) parts.push(h("span", {}, t("%(n)s waiting", { n: waiting() })));
  if (troubled()) parts.push(h("a", { href: "#queue", class: "wrong" }, t("%(n)s to look at", { n: troubled() })));
  if (state.day) parts.push(h("span", {}, t("data of %(time)s", { time: when(state.day.at) })));
  if (state.fresh) parts.push(h("button", { type: "button", onclick: () => location.reload() }, t("new version: take it")));
  bar.replaceChildren(...parts);
  bar.dataset.link = state.link;
  const count = nav.querySelector("[data-count]");
  count.textContent = waiting() + troubled() || "";
  for (const one of nav.querySelectorAll("[data-t]")) one.textContent = texts[one.dataset.t]();
}
const texts = { today: () => t("Today"), scan: () => t("Scan"), queue: () => t("Sent and waiting"), me: () => t("Me") };

// Whether somebody is at something: nothing moves under the finger then.
function busy() {
  const filled = (one) => [...one.querySelectorAll("input, textarea")].some((field) => field.type !== "checkbox" && field.value);
  return main.querySelector("form, video:not([hidden])") || [...main.querySelectorAll("[data-typing]")].some((one) =>
    one.tagName === "DETAILS" ? one.open : one.contains(document.activeElement) || filled(one));
}

// The view of the address. A view that is being filled in is left alone unless it asks to be drawn again.
let line = Promise.resolve();
const draw = (forced) => (line = line.catch(() => {}).then(() => paint(forced)));

async function paint(forced) {
  const hash = location.hash, [name, ...rest] = decodeURIComponent(hash.slice(1)).replace(/^\//, "").split("/");
  const moved = drawn !== hash, left = () => !forced && !moved && busy();
  if (left()) return;
  const view = VIEWS[name] || today;
  const made = state.me ? await view(room, ...rest) : signedOut();
  if (location.hash !== hash || left()) return; // somebody went on meanwhile, or began to fill it in
  leave?.();
  leave = made.leave || null;
  drawn = hash;
  for (const one of nav.querySelectorAll("a")) one.toggleAttribute("aria-current", one.getAttribute("href") === `#${name}`);
  main.replaceChildren(...[made].flat(9).filter(Boolean));
  if (moved) {
    scrollTo(0, 0);
    main.focus();
  }
}

function signedOut() {
  const held = state.others?.length;
  return [
    h("h1", {}, t("Sign in")),
    state.link === "offline"
      ? empty(t("Without a signal nobody can sign in. Sign in once where there is one; from then on everything here works without."))
      : h("a", { class: "button strong next", href: "/sign-in?next=/m/" }, t("Sign in")),
    held ? h("p", { class: "quiet" }, t("%(n)s entries wait here for those who made them; they are sent when they sign in.", { n: held })) : "",
  ];
}

// Sends what waits, fetches the day, and says how it went. Fails softly: it is tried again, ever more slowly.
async function exchange() {
  state.link = (await sync(true)).state;
  await reload();
  await draw(false);
  const good = state.link === "sent";
  tries = good ? 0 : tries + 1;
  if (waiting() || !good) later(Math.min(300e3, 4e3 * 2 ** tries) * (0.8 + Math.random() * 0.4));
  else later(300e3);
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => exchange().catch(broken), milliseconds);
}

function broken(error) {
  console.error(error);
  bar.replaceChildren(h("b", { class: "wrong" }, t("This page broke. What was kept is still there; reload it.")));
}

async function left() {
  // The desk's pages leave this mark when somebody signs out there.
  if (!document.cookie.includes("signed-out=1")) return;
  const me = await store.get("kept", "me");
  if (me) await alone(() => store.forget(me.account));
  document.cookie = "signed-out=; path=/; max-age=0";
}

async function work() {
  if (!navigator.serviceWorker) return;
  let had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    state.fresh = had; // the first one takes charge of a page that is new already
    had = true;
    drawBar();
  });
  await navigator.serviceWorker.register("/m/worker.js", { type: "module", scope: "/m/", updateViaCache: "none" });
  navigator.storage?.persist?.();
}

async function begin() {
  await left();
  await reload();
  await draw(true);
  addEventListener("hashchange", () => draw(false).catch(broken));
  addEventListener("online", () => later(0));
  addEventListener("offline", () => ((state.link = "offline"), drawBar()));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && later(0));
  onTold(() => reload().then(() => draw(false)).catch(broken));
  later(0);
  work().catch((error) => console.warn("no worker:", error.message));
}
begin().catch(broken);
