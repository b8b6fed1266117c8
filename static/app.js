// Conveniences only: every page works the same without this file.
"use strict";

// After an action or a refusal, bring the message to the reader.
document.querySelector(".notice[tabindex]")?.focus();

// Invitation: characters left, and the note as the other will read it.
const note = document.querySelector("textarea[data-note]");
if (note) {
  const left = document.getElementById("note-left");
  const shown = document.querySelector("[data-preview]");
  const button = document.querySelector("[name=preview]");
  if (button) button.hidden = true;
  const show = () => {
    const rest = note.maxLength - note.value.length;
    left.textContent = `${rest} of ${note.maxLength} characters left`;
    left.setAttribute("aria-live", rest <= 20 ? "polite" : "off");
    shown.textContent = note.value;
    shown.hidden = note.value.trim() === "";
  };
  note.addEventListener("input", show);
  show();
}

// Ticking many people: the count in the bar, and ranges with the shift key.
const bar = document.querySelector("[data-ticked]");
if (bar) {
  const boxes = [...document.querySelectorAll("input[name=member]")];
  // When the server has ticked everybody who matches, it says so in data-all.
  const all = Number(bar.dataset.all || 0);
  let last = null;
  const count = () => {
    const here = boxes.filter((box) => box.checked).length;
    const total = all && here === boxes.length ? all : here;
    bar.textContent = total === 0 ? "Nobody selected" : total === 1 ? "1 person selected" : `${total} people selected`;
  };
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
  count();
}
