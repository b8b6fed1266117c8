// The colours change on the page as it is, so that what is typed elsewhere on it stays.
const scheme = document.querySelector("meta[name=color-scheme]");

function show(chosen) {
  const { value } = chosen;
  for (const button of document.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", button.value === value);
  }
  if (value === "device") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
  scheme.content = value === "device" ? "light dark" : value;
}

document.addEventListener("submit", async (event) => {
  const chosen = event.submitter;
  if (chosen?.name !== "theme" || event.defaultPrevented) return;
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, chosen));
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") return show(chosen);
  // What was refused is told by the page that the form leads to.
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: chosen.name, value: chosen.value }));
  form.submit();
});
