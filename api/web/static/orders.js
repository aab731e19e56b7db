// Signing with a finger, and printing. What is drawn goes along as a PNG when the form is sent.
for (const form of document.querySelectorAll("form[data-sign]")) {
  const canvas = form.querySelector("canvas"), pen = canvas.getContext("2d");
  let drawn = false, last = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * (canvas.width / box.width), (event.clientY - box.top) * (canvas.height / box.height)];
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); last = place(event); event.preventDefault(); });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = place(event);
    pen.lineWidth = 5; pen.lineCap = "round"; pen.strokeStyle = "#000";
    pen.beginPath(); pen.moveTo(...last); pen.lineTo(...next); pen.stroke();
    last = next; drawn = true;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  form.querySelector("[data-clear]").addEventListener("click", () => { pen.clearRect(0, 0, canvas.width, canvas.height); drawn = false; });
  form.addEventListener("submit", () => { form.elements.signature.value = drawn ? canvas.toDataURL("image/png") : ""; });
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
