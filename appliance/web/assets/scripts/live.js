// What happened on the server makes the parts of a page that show it come anew: one request for all of them, soon after.
import htmx from "htmx.org";
import { tell } from "./times.js";

const SOON = 700;
let timer = null;
const wanted = new Set();

function concerns(part, type, about) {
  const areas = part.dataset.refresh.split(" ");
  if (!areas.includes(type.split(".")[0])) return false;
  const only = part.dataset.only; // such as "batch:12"
  if (!only) return true;
  const [name, id] = only.split(":");
  const told = about[name];
  return told === undefined || String(told) === id;
}

// Nobody loses what they are typing, or what they have opened.
const busy = (part) =>
  part.querySelector("dialog[open], details.menu[open], details.edit[open]") ||
  (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
const drawn = new WeakMap(); // each part as it came, before times were told in it

function put(part, made) {
  if (!made || made.outerHTML === drawn.get(part) || busy(part)) return;
  const held = document.activeElement?.id;
  drawn.set(made, made.outerHTML);
  part.replaceWith(made);
  htmx.process(made);
  tell(made);
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

async function refresh() {
  timer = null;
  const ids = [...wanted];
  wanted.clear();
  const answer = await fetch(location.href, { headers: { "X-Refresh": "1" }, cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ids) {
    const part = document.getElementById(id);
    if (part) put(part, page.getElementById(id));
  }
}

function happened(event) {
  const about = JSON.parse(event.data || "{}");
  for (const part of document.querySelectorAll("[data-refresh][id]"))
    if (concerns(part, event.type, about)) wanted.add(part.id);
  if (wanted.size && timer === null) timer = setTimeout(() => refresh().catch(() => {}), SOON);
}

document.addEventListener("DOMContentLoaded", () => {
  const { events, eventTypes } = document.body.dataset;
  if (!events || !document.querySelector("[data-refresh]")) return;
  const stream = new EventSource(events);
  for (const type of eventTypes.split(" ")) stream.addEventListener(type, happened);
  addEventListener("pagehide", () => stream.close());
});
