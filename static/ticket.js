// A number's slip prints itself; a window that was opened for it closes again.

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
window.addEventListener("afterprint", () => window.opener && window.close());
window.addEventListener("load", () => window.print());
