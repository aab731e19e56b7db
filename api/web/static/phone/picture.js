// Photos and signatures, made small before they are kept. Drawn anew they carry no place, no maker and no time.
import * as store from "./store.js";

const LONGEST = 1600;

export async function keepPhoto(file, account) {
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
