// The form of an invitation: how many characters are left, and the note as the other will read it.
const note = document.querySelector("textarea[data-note]");

function preview() {
  const left = document.getElementById("note-left");
  const shown = document.querySelector("[data-preview]");
  const button = document.querySelector("[name=preview]");
  if (button) button.hidden = true;
  const show = () => {
    const rest = note.maxLength - note.value.length;
    left.textContent = note.dataset.note.replace("{left}", rest).replace("{most}", note.maxLength);
    left.setAttribute("aria-live", rest <= 20 ? "polite" : "off");
    shown.textContent = note.value;
    shown.hidden = note.value.trim() === "";
  };
  note.addEventListener("input", show);
  // Also what the browser brings back.
  addEventListener("pageshow", show);
  show();
}

if (note) preview();
