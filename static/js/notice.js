// Brings what is told to the reader: the focus goes to the notice, or to the first field that is to be mended. Where the
// address points at a button, as at the next of many, it goes there. A notice can be closed; without this script the link
// of its × loads the page anew, without the notice.
const notice = document.querySelector(".notice[tabindex]");
const next = location.hash ? document.getElementById(location.hash.slice(1)) : null;
if (next?.matches("button")) next.focus();
else notice?.focus({ preventScroll: notice.classList.contains("toast") });
document.querySelector("main [aria-invalid=true]")?.focus();

document.addEventListener("click", (event) => {
  const close = event.target.closest("a[data-dismiss]");
  if (!close) return;
  event.preventDefault();
  const toast = close.closest(".toast");
  const next = toast.nextElementSibling?.matches(".toast") ? toast.nextElementSibling : document.getElementById("main");
  toast.remove();
  next.focus({ preventScroll: true });
});
