// Times arrive in UTC and are told as the reader's clock and language do.
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || undefined, { numeric: "auto" });
const UNITS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
];

function ago(moment) {
  let amount = (moment - Date.now()) / 1000;
  if (Math.abs(amount) < 10) return "just now";
  for (const [unit, many] of UNITS) {
    if (Math.abs(amount) < many) return relative.format(Math.round(amount), unit);
    amount /= many;
  }
  return absolute.format(moment);
}

export function tell(within = document) {
  for (const time of within.querySelectorAll("time[data-tell]")) {
    const moment = new Date(time.dateTime);
    time.title = absolute.format(moment);
    time.textContent = { ago, at: (it) => absolute.format(it), clock: (it) => clock.format(it) }[time.dataset.tell](moment);
  }
}

document.addEventListener("DOMContentLoaded", () => tell());
document.addEventListener("htmx:load", (event) => tell(event.detail.elt));
setInterval(() => tell(), 30_000);
