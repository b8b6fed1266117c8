// Brings what is told to the reader: the focus goes to the notice, or to the first field that is to be mended. A notice
// can be closed; without this script the link of its × loads the page anew, without the notice.
const notice = document.querySelector(".notice[tabindex]");
notice?.focus({ preventScroll: notice.classList.contains("toast") });
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
