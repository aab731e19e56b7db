// Words and times as people read them. The texts come with the page, in both languages, so that they change offline too.
const texts = typeof document === "undefined" ? {} : JSON.parse(document.getElementById("words").textContent);
let language = "zh", zone = "Asia/Shanghai", ahead = 0;

// ahead: how far this phone's clock is ahead of the server's, so that times mean the same on both.
export function speak(wanted, timezone, offset) {
  language = wanted in texts ? wanted : language;
  zone = timezone || zone;
  ahead = offset || 0;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}
export const spoken = () => language;
export const now = () => Date.now() - ahead;

export function t(text, values = {}) {
  const said = texts[language]?.[text] || text;
  return said.replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

// A text of the property, or of the manual: {zh, en}.
export const say = (text) => (text ? text[language] || text.zh || text.en || "" : "");

const format = (at, how) => new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeZone: zone, ...how }).format(at);
export const clock = (at) => format(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = (at) => format(at, { month: "short", day: "numeric" });

// 10:42 today, otherwise with its date.
export const when = (at) => (day(at) === day(now()) ? clock(at) : `${day(at)} ${clock(at)}`);
export const date = (at) => format(at, { year: "numeric", month: "short", day: "numeric" });

export const number = (value) => String(Number(value.toPrecision(12)));
