// Ticking many people: the count in the bar, and ranges with the shift key.
const bar = document.querySelector("[data-ticked]");

function picking() {
  const boxes = [...document.querySelectorAll("input[name=member]")];
  // When the server has ticked everybody who matches, it says so in data-all.
  const all = Number(bar.dataset.all || 0);
  const written = new Intl.NumberFormat(document.documentElement.lang);
  const count = () => {
    const off = boxes.filter((box) => !box.checked).length;
    const total = all ? all - off : boxes.length - off;
    const { none, one, many } = bar.dataset;
    bar.textContent = total === 0 ? none : total === 1 ? one : many.replace("{n}", written.format(total));
  };
  let last = null;
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      }
      last = box;
      count();
    });
  }
  // Also what the browser brings back.
  addEventListener("pageshow", count);
  count();
  // Other filters and years keep what is ticked, as other pages do.
  const ticked = () => boxes.filter((box) => box.checked && !all).map((box) => ["member", box.value]);
  const filters = document.querySelector("form.filters");
  filters?.addEventListener("formdata", ({ formData }) => ticked().forEach((pair) => formData.append(...pair)));
  for (const link of document.querySelectorAll(".narrowing a")) {
    const url = new URL(link.href);
    link.addEventListener("click", () => {
      link.search = new URLSearchParams([...new URLSearchParams(url.search), ...ticked()]);
    });
  }
}

if (bar) picking();
