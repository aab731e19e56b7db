// Sends the queue: once, in order, and only ever under the name of whoever made the entry. Runs in the page and in the worker.
import * as store from "./store.js";

const TOGETHER = 20;
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("dutyroom-phone") : null;
const tell = () => channel?.postMessage("changed");
export const onTold = (act) => channel && (channel.onmessage = act);

// One at a time, over all pages and the worker. Signing out waits its turn too: nothing that was asked for before is kept after it.
export const alone = (work) => (navigator.locks ? navigator.locks.request("dutyroom-sync", work) : work());

// → {state: "sent" | "offline" | "signed-out" | "later", me}
export const sync = (withDay = false) => alone(() => once(withDay));

async function once(withDay) {
  try {
    const me = await whoAmI();
    if (!me) return { state: "signed-out" };
    const state = await send(me);
    if (withDay) await fetchDay(me);
    return { state, me };
  } catch (error) {
    if (error instanceof Away) return { state: "offline" };
    throw error;
  } finally {
    tell();
  }
}

class Away extends Error {}

async function ask(address, how = {}) {
  try {
    const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(60e3), ...how });
    if (answer.status >= 500 || answer.status === 429) throw new Away();
    return answer;
  } catch {
    throw new Away(); // no network, or a server that is away: both mend by themselves
  }
}

// Who is signed in, and how far this clock is ahead: what came back was under way for half of the round trip.
async function whoAmI() {
  const before = Date.now();
  const answer = await ask("/api/v1/phone/me");
  if (answer.status === 401 || answer.status === 403) return null;
  const me = await answer.json();
  const trip = Math.max(0, Date.now() - before);
  const known = await store.get("kept", "me");
  if (known && known.account !== me.account) await store.drop("kept", `day:${known.account}`);
  const kept = { ...me, trip, offset: Math.round(before + trip / 2 - me.now), at: Date.now() };
  await store.put("kept", kept, "me");
  return kept;
}

async function send(me) {
  for (;;) {
    const waiting = (await store.queueOf(me.account)).filter((one) => one.state === "waiting");
    const now = waiting.slice(0, TOGETHER);
    const ready = [];
    for (const one of now) if (await filesSent(me, one)) ready.push(one);
    const answers = await deliver(me, ready, waiting.length - ready.length);
    if (answers.length < ready.length) throw new Away();
    for (const one of ready) await settle(one, answers.find((answer) => answer.id === one.id));
    if (answers.some((one) => one.status === "later")) return "later";
    if (waiting.length <= TOGETHER) break;
  }
  await store.sweep();
  return "sent";
}

// Why it was refused; something between us and the server may answer in its own way.
const detail = (answer) => answer.json().then((body) => body.detail, () => `HTTP ${answer.status}`);

async function filesSent(me, entry) {
  for (const sha of entry.files) {
    const file = await store.get("files", sha);
    if (!file || file.sent) continue;
    const how = { method: "PUT", body: file.blob, headers: { "X-CSRF-Token": me.csrf, "Content-Type": file.blob.type } };
    const answer = await ask(`/api/v1/phone/files/${sha}`, how);
    if (answer.status === 401) throw new Away();
    if (!answer.ok) {
      const why = await detail(answer);
      await store.change(entry.n, { state: "refused", why });
      return false;
    }
    await store.put("files", { ...file, sent: true });
  }
  return true;
}

async function deliver(me, entries, waits) {
  const body = {
    device: await store.deviceId(),
    device_now: Date.now(),
    round_trip: me.trip,
    waits,
    entries: entries.map(({ id, kind, device_at, body, account, offset, mends }) => ({ id, kind, device_at, body, account, offset, mends })),
  };
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": me.csrf };
  const answer = await ask("/api/v1/phone/sync", { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status === 422) return refused(me, entries, waits, answer);
  if (!answer.ok) throw new Away();
  return (await answer.json()).answers;
}

// One that makes no sense at all spoils the whole request: then each goes alone, so that it holds up no other.
async function refused(me, entries, waits, answer) {
  if (!entries.length) throw new Away();
  if (entries.length === 1) return [{ id: entries[0].id, status: "refused", at: new Date().toISOString(), why: await detail(answer), more: {} }];
  const answers = [];
  for (const one of entries) answers.push(...(await deliver(me, [one], waits)));
  return answers;
}

async function settle(entry, answer) {
  if (!answer) return;
  const { status, at, why, more } = answer;
  if (status === "later") return store.change(entry.n, { tries: entry.tries + 1, why });
  const state = status === "taken" || status === "already" ? "sent" : status;
  // Who came to visit is nobody's business here any more once it was sent.
  const body = entry.kind === "visit" && state === "sent" ? {} : entry.body;
  await store.change(entry.n, { state, body, at: Date.parse(at), settled: Date.now(), why, more });
}

// The day's data for whoever is signed in; what was there before stays when it cannot be fetched.
async function fetchDay(me) {
  const answer = await ask("/api/v1/phone/day");
  if (!answer.ok) return;
  const day = await answer.json();
  if (day.account === me.account) await store.put("kept", day, `day:${me.account}`);
}
