// Who I am here, in which language, and signing out.
import * as store from "./store.js";
import { alone } from "./sync.js";
import { t, spoken } from "./words.js";
import { h, row, choices } from "./draw.js";

export async function mine(room) {
  const { me, queue } = room.state;
  const waits = queue.filter((one) => one.state !== "sent").length;
  const said = h("p", { role: "status" });
  const set = (name, value) => { localStorage[name] = value; prefer(me, name, value); room.changed(); };
  const ahead = Math.round(me.offset / 1000);
  return [
    h("h1", {}, me.name),
    h("dl", { class: "facts" },
      row(t("Account"), me.account),
      row(t("This phone's clock"), Math.abs(ahead) < 2 ? t("right") : ahead > 0 ? t("%(n)s s ahead", { n: ahead }) : t("%(n)s s behind", { n: -ahead })),
      row(t("This phone"), (await store.deviceId()).slice(0, 8)),
      row(t("Works without a signal"), navigator.serviceWorker?.controller ? t("yes") : t("not yet: open this page once more, over https or on this machine"))),
    h("h2", {}, t("Language")),
    choices(t("Language"), [["zh", "中文"], ["en", "English"]], spoken(), (value) => set("language", value)),
    h("h2", {}, t("Light")),
    choices(t("Light"), [["auto", t("as the phone")], ["light", t("light")], ["dark", t("dark")]], localStorage.theme || me.theme, (value) => set("theme", value)),
    waits ? h("p", {}, t("%(n)s entries are not sent yet. They stay on this phone, and are sent when you sign in here again.", { n: waits })) : "",
    h("button", { type: "button", class: "next", onclick: () => leave(room, me, said) }, t("Sign out")),
    said,
    h("p", {}, h("a", { href: "/" }, t("To the desk's pages"))),
  ];
}

function prefer(me, name, value) {
  const body = new URLSearchParams({ csrf: me.csrf, [name]: value });
  fetch("/preferences", { method: "POST", body, redirect: "manual" }).catch(() => {});
}

async function leave(room, me, said) {
  const left = await alone(async () => {
    const body = new URLSearchParams({ csrf: me.csrf });
    const answer = await fetch("/sign-out", { method: "POST", body, redirect: "manual" }).catch(() => ({}));
    if (answer.type !== "opaqueredirect" && answer.status !== 401) return false;
    await store.forget(me.account);
    return true;
  });
  if (!left) return void (said.textContent = t("Without a signal the session cannot be ended on the server. Lock the phone, and sign out when there is one."));
  room.state.link = "signed-out";
  await room.changed();
}
