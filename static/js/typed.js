// Another language makes the page anew. What was typed on it, and not sent, is put into its fields again.
const KEY = "typed";
const ANEW = ["hidden", "password", "file", "submit"];

// The page, and whose it is: what one member typed is not for another who has signed in since.
const here = () => [location.pathname + location.search, document.querySelector("[name=as]")?.value].join(" ");
const isTicked = (field) => field.matches("[type=checkbox], [type=radio]");

// Fields of one name are told apart by their values where they are ticked, and else by their order.
function fields() {
  const all = [...document.querySelectorAll("main :is(input, textarea, select)[name]")];
  const seen = new Map();
  return all.filter((field) => !ANEW.includes(field.type)).map((field) => {
    const name = isTicked(field) ? `${field.name}=${field.value}` : field.name;
    const turn = seen.get(name) ?? 0;
    seen.set(name, turn + 1);
    return [`${name} ${turn}`, field];
  });
}

document.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "language" || event.defaultPrevented) return;
  const typed = fields().map(([key, field]) => [key, isTicked(field) ? field.checked : field.value]);
  sessionStorage.setItem(KEY, JSON.stringify({ page: here(), typed }));
});

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  sessionStorage.removeItem(KEY);
  if (kept?.page !== here()) return;
  const typed = new Map(kept.typed);
  for (const [key, field] of fields()) {
    if (!typed.has(key)) continue;
    if (isTicked(field)) field.checked = typed.get(key);
    else field.value = typed.get(key);
  }
}

restore();
