// Keeps the phone's shell, whole and of one version, so that it opens without a signal. Data are not its business: they lie
// with their account in the page's own store, and nothing of them is ever kept here.
import { sync } from "/static/phone/sync.js";

const SHELL = "shell-{{ version }}";
const FILES = {{ files|tojson }};
const PAGE = "/m/";

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL);
    await Promise.all([PAGE, ...FILES].map(async (address) => {
      const answer = await fetch(address, { cache: "reload" });
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      await cache.put(address, answer);
    }));
    await skipWaiting();
  })());
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  const opens = request.mode === "navigate" && (address.pathname === PAGE || address.pathname === "/m");
  if (opens || FILES.includes(address.pathname)) event.respondWith(kept(opens ? PAGE : address.pathname, request));
});

async function kept(address, request) {
  const cache = await caches.open(SHELL);
  return (await cache.match(address)) || fetch(request);
}

// The system says that there is a signal again, perhaps with no page open.
addEventListener("sync", (event) => {
  event.waitUntil(sync().then((done) => {
    if (done.state === "offline" || done.state === "later") throw new Error(done.state);
  }));
});
