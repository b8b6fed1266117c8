// Keys, where one does not write: `/` searches, `j` and `k` walk a list of people, `?` shows these keys. Whoever wants none
// of them, as with speech that is typed, turns them off there.
const KEY = "keys";
const sheet = document.getElementById("keys");

const writes = (one) => one.closest?.("input:not([type=checkbox], [type=radio]), textarea, select");

function search() {
  const field = document.querySelector("main input[type=search]");
  if (!field) return location.assign("/people");
  field.focus();
  field.select();
}

function walk(step) {
  const names = [...document.querySelectorAll("main :is(.rows, .cards) a.name")];
  const at = names.findIndex((name) => name.closest("li").contains(document.activeElement));
  const next = names[at < 0 ? (step > 0 ? 0 : names.length - 1) : at + step];
  next?.focus();
}

const actions = { "/": search, "?": () => sheet.togglePopover(), j: () => walk(1), k: () => walk(-1) };

function listening() {
  const box = document.getElementById("use-keys");
  document.querySelector(".keys-button").hidden = false;
  box.checked = localStorage.getItem(KEY) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEY, box.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const action = Object.hasOwn(actions, event.key) && actions[event.key];
    const other = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented;
    const over = document.querySelector("dialog[open], [popover]:popover-open");
    if (!action || other || !box.checked || writes(event.target)) return;
    // Nothing that lies under something else is walked.
    if (over && !(over === sheet && event.key === "?")) return;
    event.preventDefault();
    action();
  });
}

if (sheet) listening();
