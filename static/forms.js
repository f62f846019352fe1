// A double click does nothing twice: a form goes out once, until its answer (or the way back) shows the page again.

const SENT = "data-sent";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute(SENT)) {
    event.preventDefault();
    return;
  }
  form.setAttribute(SENT, "");
  // Later, because a disabled button would not be sent with its value.
  setTimeout(() => form.querySelectorAll("button:not(:disabled)").forEach((button) => {
    button.disabled = true;
    button.classList.add("sending");
  }));
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll(`form[${SENT}]`).forEach((form) => {
    form.removeAttribute(SENT);
    form.querySelectorAll("button.sending").forEach((button) => {
      button.disabled = false;
      button.classList.remove("sending");
    });
  });
});
