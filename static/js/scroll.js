// Whoever comes back to the page that a form stood on finds it where it was: the person on top of the window stays
// there, though a notice comes or a row goes.
const KEY = "scroll";
const BELOW_TOP = 96;

const here = () => location.pathname + location.search;
const names = () => [...document.querySelectorAll("main li a.name")];
const top = (name) => name.getBoundingClientRect().top;

document.addEventListener("submit", () => {
  const first = names().find((name) => top(name) > BELOW_TOP);
  const place = { page: here(), y: scrollY, name: first?.href, top: first && top(first) };
  sessionStorage.setItem(KEY, JSON.stringify(place));
});

function restore() {
  const place = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  sessionStorage.removeItem(KEY);
  // An answer may lead to a place of the page, as the next of several questions.
  if (place?.page !== here() || place.y === 0 || location.hash) return;
  scrollTo({ top: place.y, behavior: "instant" });
  const again = names().find((name) => name.href === place.name);
  if (!again) return;
  const align = () => scrollBy({ top: top(again) - place.top, behavior: "instant" });
  align();
  // What is laid out a frame later, such as a font that comes, may move it once more.
  requestAnimationFrame(() => requestAnimationFrame(align));
}

restore();
