// Photos and signatures, made small before they are kept. Drawn anew they carry no place, no maker and no time.
import * as store from "./store.js";
import { t } from "./words.js";
import { h } from "./draw.js";

const LONGEST = 1600;

async function keepPhoto(file, account) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = sized(Math.round(picture.width * scale), Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return keep(await blobOf(canvas, "image/jpeg", 0.82), account);
}

const sized = (width, height) => Object.assign(document.createElement("canvas"), { width, height });
const blobOf = (canvas, type, quality) => new Promise((done) => canvas.toBlob(done, type, quality));

export async function keep(drawn, account) {
  const blob = await drawn;
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  const sha = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!(await store.get("files", sha))) await store.put("files", { sha, blob, account, sent: false });
  return sha;
}

// A kept picture as an address that the page's policy allows.
export async function show(sha, image) {
  const file = await store.get("files", sha);
  if (!file) return;
  const reader = new FileReader();
  reader.onload = () => (image.src = reader.result);
  reader.readAsDataURL(file.blob);
}

// Pictures that were taken, and a button to take one more. files is changed in place; made() gives each picture that is being kept.
export function photos({ files, account, word, name, made = () => {}, changed }) {
  const said = h("span", { role: "status" });
  const row = h("div", { class: "photos" });
  const take = async (chosen) => {
    for (const file of chosen) files.push(await keepPhoto(file, account));
    changed();
    paint();
  };
  const field = h("input", { type: "file", accept: "image/*", capture: "environment", class: "hidden", "aria-label": name || t("Photo"), onchange: () =>
    made(take(field.files).catch((error) => (said.textContent = error.name === "QuotaExceededError" ? t("The phone's memory is full: make room, then do it again.") : t("This picture cannot be read. Take it with the camera.")))) });
  const paint = () => row.replaceChildren(...files.map((sha) => {
    const image = h("img", { alt: t("Photo"), width: 96, height: 96 });
    show(sha, image);
    return h("span", {}, image, h("button", { type: "button", "aria-label": t("Remove the photo"), onclick: () => { files.splice(files.indexOf(sha), 1); changed(); paint(); } }, "×"));
  }), h("label", { class: "button" }, word || t("Add a photo"), field), said);
  paint();
  return row;
}

// A field to sign in, with finger, pen or mouse. done(picture to come) after each stroke.
export function signing(canvas, done) {
  const pen = canvas.getContext("2d");
  let last = null;
  const fresh = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#111" });
  fresh();
  canvas.addEventListener("pointerdown", (event) => {
    last = at(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = at(event);
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
  });
  const lift = () => {
    if (last) done(blobOf(canvas, "image/png"));
    last = null;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  return fresh;
}
