// A number against its limits, as the server will judge it again. No page and no store: the same in the tests.
const EQUAL = 1e-9;
const near = (a, b) => Math.abs(a - b) <= EQUAL * Math.max(Math.abs(a), Math.abs(b));

// What was typed as a number; a comma counts as a point. null: none.
export function read(text) {
  const plain = text.trim().replace(",", ".").replace("−", "-");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

// "pass" | "flag" | "fail" | "" (nothing that can be judged)
export function judge(check, answer, expired) {
  if (check.kind === "pass") return answer.choice || "";
  if (check.kind === "choice") return check.choices.find((one) => one.id === answer.choice)?.outcome || "";
  if (check.kind !== "number" || (answer.value == null && !answer.over_range)) return "";
  if (check.low == null && check.high == null && !check.instrument) return "";
  if (answer.over_range ? check.high != null : outside(check, answer.value)) return "fail";
  return expired ? "flag" : "pass";
}

function outside({ low, high }, value) {
  return (low != null && value < low && !near(value, low)) || (high != null && value > high && !near(value, high));
}

export function answered(answer) {
  return answer.value != null || Boolean(answer.choice || answer.text?.trim() || answer.code?.trim() || answer.files?.length || answer.over_range);
}

// What was typed of a circuit's conditions, as it is sent: numbers, and the phase as it is.
export function conditionsOf(typed) {
  const given = Object.entries(typed || {}).filter(([, text]) => text);
  return Object.fromEntries(given.map(([name, text]) => [name, name === "phase" ? text : read(text)]));
}

const unreadable = (one) => Object.values(conditionsOf(one.conditions)).some((value) => value === null);

// What is missing before it may be sent: the ids of the lines.
export function missing(checks, answers) {
  const of = (check) => answers.filter((one) => one.check === check.id && answered(one));
  return checks.filter((check) => (check.must && !of(check).length)
    || (check.photo_on_fail && of(check).some((one) => one.choice === "fail" && !one.files?.length))
    || (check.per && of(check).some((one) => !one.item?.trim()))
    || of(check).some(unreadable)
    || of(check).some((one) => one.typed && one.value == null && !one.over_range)).map((check) => check.id);
}
