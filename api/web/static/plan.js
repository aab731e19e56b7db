// What if a camera hung otherwise: drag it, drag its fan to turn it, or type. The server works it out; nothing is saved.
const form = document.getElementById("cameras");
const WAIT = 150;

if (form) {
  let timer = 0;
  let asked = 0;

  // A camera that there is not yet has the fields called new.
  const field = (camera, name) => form.elements.namedItem(`${camera}:${name}`) || form.elements.namedItem(`new:${name}`);
  const inputs = () => [...form.querySelectorAll("[data-field]")];
  const held = (one) => (one.type === "checkbox" ? one.checked : one.value);
  const taken = () => inputs().map(held);
  const history = [taken()];
  const undo = document.getElementById("undo");
  // What was tried, step by step; a step is what stands when the server is asked.
  const remember = () => {
    const now = taken();
    if (JSON.stringify(now) !== JSON.stringify(history.at(-1))) history.push(now);
    undo.hidden = history.length < 2;
  };
  undo.addEventListener("click", () => {
    history.pop();
    history.at(-1).forEach((value, n) => {
      const one = inputs()[n];
      if (one.type === "checkbox") one.checked = value;
      else one.value = value;
    });
    work();
  });
  const svg = () => document.querySelector("#picture svg.plan");

  const work = async () => {
    remember();
    const turn = ++asked;
    const parts = ["picture", "numbers", "told"].map((id) => document.getElementById(id));
    parts.forEach((part) => part.classList.add("working"));
    // What is tried stays until somebody leaves it: no live picture of how it is comes in between, not even one on its way.
    for (const part of parts.slice(0, 2)) {
      delete part.parentElement.dataset.region;
      part.parentElement.dataset.tried = "";
    }
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== asked) return;
      for (const part of parts) {
        const fresh = page.getElementById(part.id);
        if (fresh) part.replaceChildren(...fresh.childNodes);
      }
      const bad = new Set([...page.querySelectorAll("#cameras [aria-invalid]")].map((one) => one.name));
      for (const one of inputs()) bad.has(one.name) ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid");
      movable();
    } finally {
      if (turn === asked) parts.forEach((part) => part.classList.remove("working"));
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(work, WAIT);
  };

  const at = (event) => {
    const drawn = svg();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawn.getScreenCTM().inverse());
    const width = Number(drawn.dataset.width);
    const height = Number(drawn.dataset.height);
    return { x: Math.min(width, Math.max(0, point.x)), y: Math.min(height, Math.max(0, height - point.y)), height };
  };
  const write = (camera, values) => {
    for (const [name, value] of Object.entries(values)) field(camera, name).value = String(Math.round(value * 100) / 100);
  };
  const place = (eye, camera) => {
    const height = Number(svg().dataset.height);
    eye.setAttribute("transform", `translate(${Number(field(camera, "x").value)} ${height - Number(field(camera, "y").value)})`);
    eye.querySelector(".fan").setAttribute("transform", `rotate(${-Number(field(camera, "yaw").value)})`);
  };

  const drag = (eye, camera, turns) => (event) => {
    event.preventDefault();
    const move = (moved) => {
      const point = at(moved);
      if (turns) {
        const yaw = Math.atan2(point.y - Number(field(camera, "y").value), point.x - Number(field(camera, "x").value));
        write(camera, { yaw: Math.round((yaw * 180) / Math.PI) });
      } else {
        write(camera, { x: point.x, y: point.y });
      }
      place(eye, camera);
      soon();
    };
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  };

  const movable = () => {
    const drawn = svg();
    drawn.classList.add("movable");
    for (const eye of drawn.querySelectorAll(".eye")) {
      const camera = eye.dataset.camera;
      eye.querySelector(".body").addEventListener("pointerdown", drag(eye, camera, false));
      eye.querySelector(".fan").addEventListener("pointerdown", drag(eye, camera, true));
    }
  };

  form.addEventListener("input", (event) => {
    if (event.target.dataset.field) soon();
  });
  form.addEventListener("reset", () => setTimeout(() => location.assign(location.pathname.replace(/\/what-if$/, ""))));
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    work();
  });
  movable();
  // A live page puts in a fresh picture when a camera's state changes.
  document.body.addEventListener("htmx:afterSwap", () => svg() && movable());
}
