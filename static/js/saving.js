// A form of a single checkbox is sent when it is ticked.
for (const form of document.querySelectorAll("[data-saves]")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}
