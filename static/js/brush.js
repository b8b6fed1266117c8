// The strip of months: drawing over it asks for what was connected then, as the years below it do.
const strip = document.querySelector("[data-brush]");

function brushing() {
  strip.classList.add("ready");
  const months = strip.viewBox.baseVal.width;
  const [year, month] = strip.dataset.first.split("-").map(Number);
  const mirrored = document.documentElement.dir === "rtl";

  const at = (event) => {
    const box = strip.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(months - 1, Math.max(0, Math.floor((mirrored ? 1 - share : share) * months)));
  };

  const day = (index) => {
    const past = month - 1 + index;
    return `${year + Math.floor(past / 12)}-${String((past % 12) + 1).padStart(2, "0")}-01`;
  };

  const rectangle = () => {
    const brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    brush.setAttribute("class", "brush");
    brush.setAttribute("height", "48");
    strip.append(brush);
    return brush;
  };

  strip.addEventListener("pointerdown", (down) => {
    const from = at(down);
    const brush = rectangle();
    strip.setPointerCapture(down.pointerId);
    let [first, last] = [from, from];
    const draw = (event) => {
      [first, last] = [from, at(event)].sort((a, b) => a - b);
      brush.setAttribute("x", first);
      brush.setAttribute("width", last - first + 1);
    };
    draw(down);
    strip.addEventListener("pointermove", draw);
    const done = (event) => {
      strip.removeEventListener("pointermove", draw);
      if (event.type === "pointercancel") return brush.remove();
      const form = strip.closest("form");
      form.elements.connected_after.value = day(first);
      form.elements.connected_before.value = day(last + 1);
      form.requestSubmit();
    };
    strip.addEventListener("pointerup", done, { once: true });
    strip.addEventListener("pointercancel", done, { once: true });
  });
}

if (strip) brushing();
