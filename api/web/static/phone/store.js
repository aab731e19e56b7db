// What this phone keeps: the day's data, drafts, the queue and its files. Everything carries the account whose it is.
const STORES = { kept: {}, drafts: {}, queue: { keyPath: "n", autoIncrement: true }, files: { keyPath: "sha" } };
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("dutyroom-phone", 1);
    asked.onupgradeneeded = () => {
      // Only ever added to: a new version must find the queue of an old one.
      for (const [name, how] of Object.entries(STORES))
        if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, how);
    };
    asked.onerror = () => { opened = undefined; reject(asked.error); };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
      resolve(asked.result);
    };
  });
  return opened;
}

// One transaction; the promise is kept when it lies on the disk, so that an empty battery loses nothing that was said to be kept.
async function within(names, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const asked = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const get = (store, key) => within([store], "readonly", (s) => s.get(key));
export const all = (store) => within([store], "readonly", (s) => s.getAll());
export const keys = (store) => within([store], "readonly", (s) => s.getAllKeys());
export const put = (store, value, key) => within([store], "readwrite", (s) => s.put(value, key));
export const drop = (store, key) => within([store], "readwrite", (s) => s.delete(key));

// A draft as it changes: one write is under way at most, and behind it stands the newest. Kept when the promise is.
const newest = new Map();
let writing;
export const keepDraft = (draft) => {
  newest.set(draft.key, draft);
  return (writing ??= writeDrafts());
};

async function writeDrafts() {
  try {
    while (newest.size) {
      const some = [...newest.values()];
      newest.clear();
      await within(["drafts"], "readwrite", (drafts) => some.map((draft) => drafts.put(draft, draft.key)).at(-1));
    }
  } finally {
    writing = undefined;
  }
}

export const uuid = () => crypto.randomUUID();

export async function deviceId() {
  const known = await get("kept", "device");
  if (known) return known;
  const made = uuid();
  await put("kept", made, "device");
  return made;
}

// The entry into the queue and its draft out of the drafts: both or neither.
export function enqueue(entry, draft) {
  newest.delete(draft);
  return within(["queue", "drafts"], "readwrite", (queue, drafts) => {
    if (draft) drafts.delete(draft);
    return queue.add({ id: uuid(), state: "waiting", tries: 0, device_at: Date.now(), files: [], ...entry });
  });
}

export const queueOf = async (account) => (await all("queue")).filter((one) => one.account === account);

export async function change(n, what) {
  return within(["queue"], "readwrite", (queue) => {
    const asked = queue.get(n);
    asked.onsuccess = () => asked.result && queue.put({ ...asked.result, ...what });
  });
}

// Whoever signs out leaves no data about the property behind; what was not sent yet stays, and stays theirs.
export async function forget(account) {
  await drop("kept", "me");
  await drop("kept", `day:${account}`);
  for (const one of await queueOf(account)) if (one.state === "sent") await drop("queue", one.n);
  await sweep();
}

// What was sent is shown for a day. Files that neither an entry nor a draft needs any more go at once.
export async function sweep() {
  for (const one of await all("queue")) if (one.state === "sent" && one.settled < Date.now() - 864e5) await drop("queue", one.n);
  const drafts = JSON.stringify([...newest.values(), ...(await all("drafts"))]);
  const open = (await all("queue")).filter((one) => one.state !== "sent").flatMap((one) => one.files);
  for (const sha of await keys("files")) if (!open.includes(sha) && !drafts.includes(sha)) await drop("files", sha);
}
