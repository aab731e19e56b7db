// Sound for critical and high, until acknowledged. Off until a person turns it on at this station.
import { say } from "./desk.js";

const box = document.querySelector(".sound");
const toggle = document.querySelector("[data-sound=toggle]");
const volume = document.querySelector("[data-sound=volume]");
let audio = null;
let urgent = 0;
let on = false;

function beep(pitch, start, length) {
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.frequency.value = pitch;
  tone.type = "triangle";
  const loud = Number(volume.value) / 100;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loud, start + 0.02);
  gain.gain.setValueAtTime(loud, start + length - 0.05);
  gain.gain.linearRampToValueAtTime(0, start + length);
  tone.connect(gain).connect(audio.destination);
  tone.start(start);
  tone.stop(start + length);
}

function play(severity) {
  const now = audio.currentTime;
  if (severity === 1) [0, 0.25, 0.5].forEach((delay) => beep(988, now + delay, 0.2));
  else [0, 0.35].forEach((delay) => beep(660, now + delay, 0.25));
}

function start() {
  audio ||= new AudioContext();
  return audio.resume();
}

export function alarm(severity) {
  if (on && severity <= 2) start().then(() => play(severity));
}

function show() {
  toggle.setAttribute("aria-pressed", String(on));
  toggle.textContent = say(on ? "sound-on" : "quiet-sound");
}

if (box) {
  box.hidden = false;
  volume.value = localStorage.getItem("volume") || volume.value;
  volume.addEventListener("change", () => localStorage.setItem("volume", volume.value));
  toggle.addEventListener("click", () => {
    on = !on;
    localStorage.setItem("sound", on ? "on" : "off");
    if (on) start();
    show();
  });
  document.querySelector("[data-sound=test]").addEventListener("click", () => start().then(() => play(1)));
  document.addEventListener("counts", (event) => { urgent = event.detail.urgent; });
  setInterval(() => { if (on && urgent && audio?.state === "running") play(2); }, 10000);
  // A browser lets a page sound only after a gesture: the first one after a reload turns it on again.
  if (localStorage.getItem("sound") === "on") document.addEventListener("pointerdown", () => { on = true; start(); show(); }, { once: true });
  show();
}
