// What is written and not sent is kept as a draft when the page is left.
const writing = document.querySelector("form[data-draft]");

function drafting() {
  const field = writing.querySelector("textarea");
  let kept = field.value;
  let leaves = true;

  // A form that is sent takes the text along.
  document.addEventListener("submit", (event) => {
    if (event.target === writing && !event.defaultPrevented) leaves = false;
  });

  addEventListener("pagehide", () => {
    if (!leaves || field.value === kept) return;
    kept = field.value;
    fetch(writing.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(writing)), keepalive: true });
  });

  addEventListener("pageshow", () => {
    leaves = true;
  });
}

if (writing) drafting();
