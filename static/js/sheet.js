// Small forms are pages of their own; from a list they open over it. The browser submits them as it does on their page.
let latest = 0;

async function formOf(link) {
  const answer = await fetch(link.href).catch(() => null);
  // Whoever is no longer signed in is led elsewhere, and goes there.
  if (!answer?.ok || answer.redirected) return {};
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return {
    form: page.querySelector("main form"),
    heading: page.querySelector("h1")?.textContent,
  };
}

function open(form, heading) {
  const title = document.createElement("h2");
  title.id = "sheet";
  title.textContent = heading;
  form.className = "stack";
  form.prepend(title);
  const sheet = document.createElement("dialog");
  sheet.className = "confirm";
  sheet.setAttribute("aria-labelledby", title.id);
  sheet.append(form);
  sheet.addEventListener("click", (event) => {
    if (event.target !== sheet && !event.target.closest("[data-close]")) return;
    event.preventDefault();
    sheet.close();
  });
  sheet.addEventListener("close", () => sheet.remove());
  document.getElementById("main").append(sheet);
  sheet.showModal();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sheet]");
  const elsewhere = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || event.defaultPrevented) return;
  event.preventDefault();
  const mine = ++latest;
  const { form, heading } = await formOf(link);
  // Something else was pressed meanwhile.
  if (mine !== latest || document.querySelector("dialog")) return;
  if (form && heading) open(form, heading);
  else location.assign(link.href);
});
