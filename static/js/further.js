// Further actions that are open close at Escape, and at a press elsewhere.
const further = () => document.querySelectorAll("details.further[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of further()) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});

document.addEventListener("click", (event) => {
  for (const menu of further()) menu.open = menu.contains(event.target);
});
