// A form is sent once, however often it is pressed. While it is on its way no other is sent from this page, since a
// browser would give up the first and never show what came of it.
let sent = null;

const methodOf = (form, button) => button?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";

// Some forms say that what they do takes a while.
function tell(form, isBusy) {
  const told = form?.querySelector("[data-busy]");
  if (told) told.hidden = !isBusy;
}

function release() {
  sent?.removeAttribute("aria-busy");
  tell(sent, false);
  sent = null;
  document.querySelectorAll(".working").forEach((button) => button.classList.remove("working"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const method = methodOf(form, event.submitter);
  if (event.defaultPrevented || method === "dialog") return;
  if (sent && method === "post") return event.preventDefault();
  // What is saved as a file leaves the page where it is.
  if ("download" in form.dataset) return;
  // The style sheet shows it when it takes longer than one would wait.
  event.submitter?.classList.add("working");
  if (method !== "post") return;
  sent = form;
  form.setAttribute("aria-busy", "true");
  if (!event.submitter?.hasAttribute("formaction")) tell(form, true);
});

// The page is left, or comes back from the browser's memory, or the reader stops the browser.
addEventListener("pageshow", release);
globalThis.navigation?.addEventListener("navigateerror", release);
