// Replay of a round: a slider over its time; the walker goes from visit to visit, later points fade. Without script nothing is lost.
const replay = document.getElementById("replay");

function start(box) {
  const walk = JSON.parse(box.dataset.walk).sort((one, other) => one.at - other.at || one.order - other.order);
  if (!walk.length) return;
  const slider = box.querySelector("input");
  const shown = box.querySelector("output");
  const play = box.querySelector("button");
  const from = Number(box.dataset.from);
  const to = Math.max(Number(box.dataset.to), walk[walk.length - 1].at);
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: box.dataset.zone });
  slider.min = String(from);
  slider.max = String(to);
  slider.step = "1000";
  slider.value = String(to);
  box.hidden = false;

  const pictures = [...document.querySelectorAll("svg.strip, svg.plan.walk")].map((svg) => ({
    svg,
    walker: svg.querySelector(".walker"),
    marks: new Map([...svg.querySelectorAll("[data-order]")].map((mark) => [Number(mark.dataset.order), mark])),
  }));

  function draw(at) {
    shown.textContent = time.format(at);
    slider.setAttribute("aria-valuetext", shown.textContent);
    const done = new Set(walk.filter((visit) => visit.at <= at).map((visit) => visit.order));
    for (const { svg, walker, marks } of pictures) {
      svg.classList.add("replaying");
      for (const [order, mark] of marks) mark.classList.toggle("later", !done.has(order));
      place(walker, marks, at);
    }
  }

  // Between two visits the walker is drawn on the straight line: of how somebody really went nothing is known.
  function place(walker, marks, at) {
    const known = walk.filter((visit) => marks.has(visit.order));
    if (!known.length) return;
    const after = known.findIndex((visit) => visit.at > at);
    const one = known[after === -1 ? known.length - 1 : Math.max(0, after - 1)];
    const other = known[after === -1 ? known.length - 1 : after];
    const share = other.at > one.at ? Math.min(1, Math.max(0, (at - one.at) / (other.at - one.at))) : 0;
    const [a, b] = [marks.get(one.order).dataset, marks.get(other.order).dataset];
    walker.setAttribute("cx", String(Number(a.x) + (Number(b.x) - Number(a.x)) * share));
    walker.setAttribute("cy", String(Number(a.y) + (Number(b.y) - Number(a.y)) * share));
  }

  let timer = 0;
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.setAttribute("aria-pressed", "false");
  }
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) >= to) slider.value = String(from);
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      slider.value = String(Number(slider.value) + Math.max(1000, (to - from) / 200));
      draw(Number(slider.value));
      if (Number(slider.value) >= to) stop();
    }, 100);
  });
  slider.addEventListener("input", () => {
    stop();
    draw(Number(slider.value));
  });
}

if (replay) start(replay);
