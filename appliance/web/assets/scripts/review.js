// Reviewing by keyboard: one photo is the current one, and keys press the buttons that it shows.
import { announce } from "./toasts.js";

const SHORTCUTS = "shortcuts";
const shots = () => [...document.querySelectorAll(".shot")];
const current = () => document.querySelector(".shot.current");
const within = (selector) => current()?.querySelector(selector);

function choose(shot, { focus = true } = {}) {
  if (!shot) return;
  current()?.classList.remove("current");
  shot.classList.add("current");
  if (!focus) return; // a press on the photo: what moved now would slip away from under the finger
  shot.focus({ preventScroll: true });
  shot.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = shots();
  const at = all.indexOf(current());
  choose(all[at === -1 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function edit() {
  const details = within("details.edit");
  if (!details) return;
  details.open = true;
  const input = details.querySelector("input[name=name]");
  input.focus();
  input.select();
}

const press = (act) => within(`[data-act="${act}"]`)?.click();
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  a: () => press("approve"),
  r: () => press("reject"),
  l: () => press("lock"),
  g: () => press("regenerate"),
  e: edit,
  x: () => within(".select")?.click(),
  v: () => press("look"),
  "?": () => document.getElementById("keys")?.showModal(),
};

function wanted() {
  try {
    return localStorage.getItem(SHORTCUTS) !== "off";
  } catch {
    return true;
  }
}

function typing(target) {
  return target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") || target.closest("dialog[open]");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest("details.edit")) {
    const details = event.target.closest("details.edit");
    details.open = false;
    choose(details.closest(".shot"));
    return;
  }
  if (!document.querySelector(".shots") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || (event.key !== "?" && !wanted())) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  if (!current() && !"jk?".includes(event.key)) choose(event.target.closest(".shot") ?? shots()[0]);
  act();
});

document.addEventListener("focusin", (event) => {
  const shot = event.target.closest(".shot");
  if (shot && shot !== current()) choose(shot, { focus: false });
});

// The one that takes the place of a photo that is done becomes the current one.
let next = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const shot = event.detail.target.closest?.(".shot");
  if (shot?.classList.contains("current")) next = shots()[shots().indexOf(shot) + 1]?.id ?? shot.id;
});
document.addEventListener("htmx:afterSettle", () => {
  if (next) choose(document.getElementById(next) ?? shots()[0]);
  next = null;
  count();
});

function count() {
  const bar = document.querySelector(".bulk");
  if (!bar) return;
  const chosen = document.querySelectorAll(".shot .select:checked").length;
  bar.classList.toggle("used", chosen > 0);
  bar.querySelector(".count").textContent = `${chosen} selected`;
}

document.addEventListener("change", (event) => {
  if (event.target.matches(".shot .select")) count();
  if (event.target.matches("#shortcuts"))
    try {
      localStorage.setItem(SHORTCUTS, event.target.checked ? "on" : "off");
    } catch {
      announce("This browser keeps no settings; shortcuts stay on.");
    }
});

document.addEventListener("merged", count);

function all(checked) {
  for (const box of document.querySelectorAll(".shot .select")) box.checked = checked;
  count();
}

document.addEventListener("click", (event) => {
  const picking = event.target.closest("[data-pick]")?.dataset.pick;
  if (picking) all(picking === "all");
  const look = event.target.closest("[data-act=look]");
  const dialog = document.getElementById("light");
  if (!look || !dialog || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const image = dialog.querySelector("img");
  image.src = look.href;
  image.alt = look.querySelector("img")?.alt ?? "";
  dialog.querySelector("[data-name]").textContent = look.dataset.name;
  dialog.showModal();
});

document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("shortcuts");
  if (box) box.checked = wanted();
  count();
});
