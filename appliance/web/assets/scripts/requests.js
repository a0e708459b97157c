// What every request of htmx carries, and what a reader hears when one fails.
import htmx from "htmx.org";
import { toast } from "./toasts.js";

window.htmx = htmx;
const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = csrf();
});

// The sentence comes as in an address, since a header holds no other letters than ASCII.
function problem(xhr) {
  const said = xhr.getResponseHeader("X-Problem");
  try {
    return said && decodeURIComponent(said);
  } catch {
    return said;
  }
}

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) location.assign("/sign-in?next=" + encodeURIComponent(location.pathname + location.search));
  else toast(problem(event.detail.xhr) ?? `That did not work (${status}). Nothing was changed; try again.`, "bad");
});

document.addEventListener("htmx:sendError", () => {
  toast("The server cannot be reached. Nothing was changed; try again in a moment.", "bad");
});
