// Conveniences only: every page works the same without this file.
"use strict";

// After an action or a refusal, bring the message to the reader. What was done is told at the edge of the window,
// wherever one is on the page; what is to be mended stands above its form.
const tell = () => {
  const notice = document.querySelector(".notice[tabindex]");
  notice?.focus({ preventScroll: notice.classList.contains("told") });
};

// Small forms are pages of their own; from a list they open over it. Ids are those of the page that the form is from.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  // Whoever is no longer signed in is led elsewhere, and goes there.
  const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page && page.querySelector("main form");
  if (!form) return location.assign(link.href);
  // Pressed twice.
  if (document.querySelector("dialog")) return;
  const sheet = document.createElement("dialog");
  const title = document.createElement("h2");
  title.id = "sheet";
  title.textContent = page.querySelector("h1").textContent;
  sheet.className = "confirm";
  sheet.setAttribute("aria-labelledby", title.id);
  form.className = "stack";
  form.prepend(title);
  sheet.append(form);
  sheet.addEventListener("click", (event) => {
    const closes = event.target === sheet || event.target.closest("[data-close]");
    if (closes) event.preventDefault();
    if (closes) sheet.close();
  });
  sheet.addEventListener("close", () => sheet.remove());
  document.getElementById("main").append(sheet);
  sheet.showModal();
});

// Invitation: characters left, and the note as the other will read it.
function preview() {
  const note = document.querySelector("textarea[data-note]");
  if (!note) return;
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
  show();
}

// Ticking many people: the count in the bar, and ranges with the shift key.
function picking() {
  const bar = document.querySelector("[data-ticked]");
  if (!bar) return;
  const boxes = [...document.querySelectorAll("input[name=member]")];
  // When the server has ticked everybody who matches, it says so in data-all.
  const all = Number(bar.dataset.all || 0);
  const written = new Intl.NumberFormat(document.documentElement.lang);
  let last = null;
  const count = () => {
    const off = boxes.filter((box) => !box.checked).length;
    const total = all ? all - off : boxes.length - off;
    const { none, one, many } = bar.dataset;
    bar.textContent = total === 0 ? none : total === 1 ? one : many.replace("{n}", written.format(total));
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

// The strip of months: drawing over it asks for what was connected then, as the year links below it do.
function brushing() {
  const strip = document.querySelector("[data-brush]");
  if (!strip) return;
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
  strip.addEventListener("pointerdown", (down) => {
    const from = at(down);
    const brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    brush.setAttribute("class", "brush");
    brush.setAttribute("height", "48");
    strip.append(brush);
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
      const form = document.querySelector("form.filters");
      form.elements.connected_after.value = day(first);
      form.elements.connected_before.value = day(last + 1);
      form.requestSubmit();
    };
    strip.addEventListener("pointerup", done, { once: true });
    strip.addEventListener("pointercancel", done, { once: true });
  });
}

// Forms are sent, and what they answer is put in place, without loading the page anew. Whatever is not as expected is
// left to the browser.
let latest = 0;
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (event.defaultPrevented || form.enctype.startsWith("multipart") || form.target) return;
  const post = (button?.getAttribute("formmethod") || form.method) === "post";
  const url = new URL(button?.getAttribute("formaction") || form.getAttribute("action") || location.href, location.href);
  // Coming in and going out change the whole page.
  if (url.origin !== location.origin || url.pathname.startsWith("/sign-")) return;
  const fields = new URLSearchParams(new FormData(form, button));
  if (!post) url.search = fields;
  event.preventDefault();
  // A second press while the first is on its way is the same wish.
  if (post && form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const mine = ++latest;
  let answer, text;
  try {
    // What was pressed is done, even if one leaves the page at once.
    answer = await fetch(url, post ? { method: "POST", body: fields, keepalive: true } : undefined);
    text = await answer.text();
  } catch {
    // Nobody answered: the browser tries, and says so in its own words.
    form.ariaBusy = "false";
    return post ? form.submit() : location.assign(url);
  }
  form.ariaBusy = "false";
  if (mine === latest) put(answer, text, post);
});

function put(answer, text, post) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const assets = (page) => [...page.querySelectorAll("head [href], head [src]")].map((one) => one.outerHTML).join();
  if (!answer.headers.get("Content-Type")?.startsWith("text/html") || assets(next) !== assets(document)) {
    return location.assign(answer.url);
  }
  // What a form answers in its own place stays under the address one is at, as a full load would have it.
  const same = answer.url === location.href;
  // Who is on top of the window stays there, though a notice comes or a row goes.
  const names = () => [...document.querySelectorAll("main li a.name")];
  const top = (one) => one.getBoundingClientRect().top;
  const swap = () => {
    const first = same && scrollY > 0 && names().find((one) => top(one) > 96);
    const was = first && top(first);
    for (const { name } of [...document.documentElement.attributes]) document.documentElement.removeAttribute(name);
    for (const { name, value } of next.documentElement.attributes) document.documentElement.setAttribute(name, value);
    // The style sheet stays where it is: to load it again, be it from memory, would flash.
    document.title = next.title;
    const named = "meta[name]:not([name=viewport])";
    document.head.querySelectorAll(named).forEach((one) => one.remove());
    document.head.append(...next.head.querySelectorAll(named));
    document.body.replaceWith(next.body);
    if (!same) {
      history.pushState({}, "", answer.url);
      shown = location.pathname + location.search;
      scrollTo(0, 0);
    }
    const again = first && names().find((one) => one.href === first.href);
    if (again) scrollBy(0, top(again) - was);
    ready();
    if (!document.querySelector(".notice[tabindex]")) document.getElementById("main")?.focus({ preventScroll: true });
  };
  if (document.startViewTransition && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    document.startViewTransition(swap);
  } else {
    swap();
  }
}

// Pages that were put in place are loaded when one goes back to them; a jump within a page is none.
let shown = location.pathname + location.search;
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) location.reload();
});

function ready() {
  preview();
  picking();
  brushing();
  tell();
}
ready();
