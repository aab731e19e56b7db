// A checklist at a desk: what was entered survives a reload and a lost session; a number is judged while it is typed.
const sheet = document.querySelector("form[data-sheet]");
const place = (address) => `sheet:${address}`;
if (sheet) {
  const name = place(sheet.dataset.sheet);
  const fields = () => [...sheet.querySelectorAll("input:not([type=hidden]):not([type=password]):not([type=file]), select, textarea")].filter((field) => field.name);
  const ticks = (field) => field.type === "radio" || field.type === "checkbox";
  const said = (field) => (ticks(field) ? `${field.name}=${field.value}` : field.name);
  const kept = JSON.parse(sessionStorage.getItem(name) || "null");
  // What came back from the server with what was wrong in it is newer than what is kept here.
  if (kept && !document.querySelector("[role=alert]")) {
    for (const field of fields()) {
      if (!(said(field) in kept)) continue;
      if (ticks(field)) field.checked = kept[said(field)];
      else field.value = kept[said(field)];
      if (ticks(field) ? field.checked && field.type === "radio" : field.value) field.closest("details")?.setAttribute("open", "");
    }
  }
  const keep = () => sessionStorage.setItem(name, JSON.stringify(Object.fromEntries(fields().map((field) => [said(field), ticks(field) ? field.checked : field.value]))));
  sheet.addEventListener("input", keep);
  sheet.addEventListener("change", keep);
  const judge = (field) => {
    const told = sheet.querySelector(`.judged[data-for="${CSS.escape(field.name)}"]`);
    const plain = field.value.trim().replace(",", ".");
    const value = Number(plain);
    const below = "low" in field.dataset && value < Number(field.dataset.low);
    const above = "high" in field.dataset && value > Number(field.dataset.high);
    if (told) told.hidden = plain === "" || !Number.isFinite(value) || !(below || above);
  };
  for (const field of sheet.querySelectorAll(".measure input")) {
    field.addEventListener("input", () => judge(field));
    judge(field);
  }
  sheet.querySelector(".wrong")?.scrollIntoView({ block: "center" });
} else if (document.referrer) {
  // The result is there: what was kept of its sheet is of no use any more.
  const from = new URL(document.referrer);
  sessionStorage.removeItem(place(from.pathname + from.search));
}
