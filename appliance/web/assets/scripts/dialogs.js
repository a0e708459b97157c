// Buttons open dialogs by `commandfor`, without a script where the browser knows it; here for those that do not.
const KNOWN = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const dialog = event.target.closest("dialog");
  if (dialog && event.target === dialog) dialog.close(); // the veil around it
  if (KNOWN) return;
  const button = event.target.closest("button[commandfor]");
  const target = button && document.getElementById(button.getAttribute("commandfor"));
  if (!target) return;
  if (button.getAttribute("command") === "show-modal") target.showModal();
  else target.close();
});

// A dialog whose answer htmx sends has done its work.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) event.target.closest?.("dialog")?.close();
});
