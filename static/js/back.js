// Pages are answered with `no-store`, so *Back* asks for them anew. A browser that brings one back from its memory all
// the same shows it as it is only if nothing was done in this tab since.
const KEY = "done";

const done = () => sessionStorage.getItem(KEY) ?? "";
const atFirst = done();

document.addEventListener("submit", (event) => {
  const method = event.submitter?.getAttribute("formmethod") ?? event.target.getAttribute("method");
  if (method === "post" && !event.defaultPrevented) sessionStorage.setItem(KEY, Date.now());
});

addEventListener("pageshow", (event) => {
  if (!event.persisted || done() === atFirst) return;
  document.documentElement.hidden = true;
  location.reload();
});
