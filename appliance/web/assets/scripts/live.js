// What happened on the server makes the parts of a page that show it come anew: one request for all of them, soon after.
import htmx from "htmx.org";
import { tell } from "./times.js";

const SOON = 700;
const AGAIN = 10_000;
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
for (const one of document.querySelectorAll("[data-merges] > [id]")) drawn.set(one, one.outerHTML);

function put(part, made) {
  if (!made || made.outerHTML === drawn.get(part) || busy(part)) return;
  if ("merges" in part.dataset) return merge(part, made);
  const held = document.activeElement?.id;
  enter(made, () => part.replaceWith(made));
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

function enter(made, how) {
  drawn.set(made, made.outerHTML);
  how();
  htmx.process(made);
  tell(made);
}

// Of a list each of whose members somebody may be busy with, what is new comes in and what is gone leaves; a member that
// is chosen stays as it is.
const chosen = (member) => member.matches(".current, :focus-within") || member.querySelector(".select:checked");

function merge(list, made) {
  for (const member of [...list.children])
    if (!made.querySelector(`:scope > #${member.id}`) && !busy(member) && !chosen(member)) member.remove();
  let last = null;
  for (const fresh of [...made.children]) {
    let member = document.getElementById(fresh.id);
    if (!member) {
      member = fresh;
      const place = last;
      enter(fresh, () => (place ? place.after(fresh) : list.prepend(fresh)));
    } else if (!chosen(member)) {
      put(member, fresh);
      member = document.getElementById(fresh.id);
    }
    last = member;
  }
  document.dispatchEvent(new Event("merged"));
}

async function refresh() {
  timer = null;
  const ids = [...wanted];
  wanted.clear();
  const answer = await fetch(location.href, { headers: { "X-Refresh": "1" }, cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = document.getElementById("main");
  // Where a part is there no longer, the page is another one, such as the one for when nothing is left to do.
  if (ids.some((id) => main.querySelector(`#${id}`) && !page.getElementById(id))) put(main, page.getElementById("main"));
  for (const id of ids) {
    const part = document.getElementById(id);
    if (part) put(part, page.getElementById(id));
  }
}

let last = ""; // the event that was told last

function happened(event) {
  last = event.lastEventId;
  const about = JSON.parse(event.data || "{}");
  for (const part of document.querySelectorAll("[data-refresh][id]"))
    if (concerns(part, event.type, about)) wanted.add(part.id);
  if (wanted.size && timer === null) timer = setTimeout(() => refresh().catch(() => {}), SOON);
}

// A browser comes again by itself where the connection broke, but not where it was refused, as by a proxy.
function listen(address, types) {
  const from = new URL(address, location.href);
  if (last) from.searchParams.set("after", last);
  const stream = new EventSource(from);
  for (const type of types) stream.addEventListener(type, happened);
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(address, types), AGAIN);
  });
  addEventListener("pagehide", () => stream.close());
}

document.addEventListener("DOMContentLoaded", () => {
  const { events, eventTypes } = document.body.dataset;
  if (events && document.querySelector("[data-refresh]")) listen(events, eventTypes.split(" "));
});
