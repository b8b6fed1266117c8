// Selecting many people: a tick is saved at once, the shift key takes a range, and a selection of nobody is not reviewed.
const picked = document.querySelector("[data-picking]");

function picking() {
  const boxes = [...picked.querySelectorAll("input[name=member], input[name=contact]")];
  const selection = document.getElementById("selection");
  const review = picked.querySelector("[value=review]");
  let saving = false;
  let again = false;
  let pressed = null;

  const show = () => {
    const { selected } = selection.querySelector("[data-selected]").dataset;
    review.disabled = selected === "0" && !boxes.some((box) => box.checked);
  };

  // What the server answers stands in place of what it said before: which draft it is, how many, and who.
  const put = (text) => {
    selection.innerHTML = text;
    const url = new URL(location);
    const draft = selection.querySelector("[name=draft]")?.value;
    if (draft) url.searchParams.set("draft", draft);
    history.replaceState(history.state, "", url);
  };

  const send = async () => {
    const body = new URLSearchParams(new FormData(picked));
    body.set("press", "save");
    const answer = await fetch(picked.getAttribute("action"), { method: "POST", body, keepalive: true }).catch(() => null);
    // Where it was not saved, the next button of the page takes the ticks along.
    if (answer?.ok && !answer.redirected) put(await answer.text());
  };

  const save = async () => {
    show();
    again = true;
    if (saving) return;
    saving = true;
    selection.setAttribute("aria-busy", "true");
    while (again) {
      again = false;
      await send();
    }
    saving = false;
    selection.removeAttribute("aria-busy");
    show();
    if (pressed) picked.requestSubmit(pressed.submitter);
  };

  // A button pressed meanwhile waits for the draft, so that there are not two.
  picked.addEventListener("submit", (event) => {
    pressed = saving ? event : null;
    if (saving) event.preventDefault();
  });

  let last = null;
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      }
      last = box;
      save();
    });
  }

  // Also what the browser brings back.
  addEventListener("pageshow", () => {
    if (boxes.some((box) => box.checked !== box.defaultChecked)) save();
    else show();
  });
  show();
}

if (picked) picking();
