// Short messages that go by themselves. What came from the server is in the page already; this only takes it away.
const STAYS = 9000;
const holder = () => document.getElementById("toasts");

export function announce(text) {
  const region = document.getElementById("announcements");
  if (region) region.textContent = text;
}

export function toast(text, kind = "good") {
  const template = document.getElementById("toast");
  if (!template || !holder()) return;
  const made = template.content.cloneNode(true).firstElementChild;
  made.classList.add(kind);
  made.querySelector("p").textContent = text;
  holder().append(made);
}

function tend(made) {
  announce(made.querySelector("p")?.textContent ?? "");
  let timer = setTimeout(() => made.remove(), STAYS);
  const stay = () => clearTimeout(timer);
  const leave = () => (timer = setTimeout(() => made.remove(), STAYS));
  for (const name of ["mouseenter", "focusin"]) made.addEventListener(name, stay);
  for (const name of ["mouseleave", "focusout"]) made.addEventListener(name, leave);
}

document.addEventListener("click", (event) => event.target.closest("[data-close-toast]")?.closest(".toast").remove());

document.addEventListener("DOMContentLoaded", () => {
  if (!holder()) return;
  for (const made of holder().children) tend(made);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) tend(node);
  }).observe(holder(), { childList: true });
});
