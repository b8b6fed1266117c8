// Conveniences only: every page works the same without this file.
"use strict";

// After an action or a refusal, bring the message to the reader; and whoever is to mend something, to the first of it.
// What was done is told at the edge of the window, wherever one is on the page.
const tell = () => {
  const notice = document.querySelector(".notice[tabindex]");
  notice?.focus({ preventScroll: notice.classList.contains("told") });
  document.querySelector("main [aria-invalid=true]")?.focus();
};

// A press that asks for a tab or a window of its own.
const elsewhere = (event) => event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;

// What was pressed is on its way; whatever one wants to see next waits for it, so that it is shown as it then is, and
// with the message of what was done. Pressed twice, a link does not wait.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!sending.length || !link || elsewhere(event) || link.target || link.origin !== location.origin) return;
  if (link.hash && link.pathname + link.search === here()) return;
  if (wanted === link.href) return;
  event.preventDefault();
  wanted = link.href;
});

// Small forms are pages of their own; from a list they open over it. Ids are those of the page that the form is from.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (!link || elsewhere(event) || event.defaultPrevented) return;
  event.preventDefault();
  const mine = ++latest;
  const answer = await fetch(link.href).catch(() => null);
  // Whoever is no longer signed in is led elsewhere, and goes there.
  const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page && page.querySelector("main form");
  // Something else was pressed meanwhile.
  if (mine !== latest || document.querySelector("dialog")) return;
  if (!form) return location.assign(link.href);
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
  restored.push(show);
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
  restored.push(count);
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

// Forms are sent, and what they answer is put in place, without loading the page anew.
// `latest` tells what was asked for last; `sending` holds the presses that are not answered yet, the first of which is
// on its way; `wanted` is where to go once they are.
let latest = 0;
const sending = [];
let wanted = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (event.defaultPrevented) return;
  const post = (button?.getAttribute("formmethod") || form.method) === "post";
  if (post) act();
  if (form.enctype.startsWith("multipart") || form.target) return;
  const url = new URL(button?.getAttribute("formaction") || form.getAttribute("action") || location.href, location.href);
  // Coming in and going out change the whole page.
  if (url.origin !== location.origin || url.pathname.startsWith("/sign-")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, button));
  if (!post) {
    url.search = fields;
    return sending.length ? (wanted = url.href) : visit(url);
  }
  // A second press while the first is on its way is the same wish.
  if (sending.some((one) => one.form === form)) return;
  form.ariaBusy = "true";
  sending.push({ form, url, fields });
  if (sending.length === 1) sendAll();
});

// Presses are sent in turn, so that each has its answer. After one whose fate is unknown none is sent.
async function sendAll() {
  latest++;
  while (sending.length && (await send(sending[0]))) sending.shift().form.ariaBusy = "false";
  for (const { form } of sending.splice(0)) {
    form.ariaBusy = "false";
    wanted = null;
  }
  if (wanted) location.assign(wanted);
  wanted = null;
}

// Sends a form and shows what it answers. Whether the next may be sent.
async function send({ form, url, fields }) {
  // Browsers take no more than 64 KB along when one leaves the page.
  const keepalive = fields.toString().length < 60_000;
  const headers = { "X-Onward": "told" };
  let answer, text;
  try {
    answer = await fetch(url, { method: "POST", body: fields, headers, keepalive, signal: AbortSignal.timeout(60_000) });
    text = await answer.text();
  } catch {
    return warn(form);
  }
  act();
  const way = answer.redirected ? answer.url : answer.status === 204 && answer.headers.get("Location");
  if (way) {
    if (!wanted || sending.length > 1) await visit(new URL(way, url));
    return true;
  }
  // What is no page of this site says nothing of what was done; what is an error leaves the form as it was typed.
  const page = parsed(answer, text);
  if (!page || page.querySelector("[data-error]")) return warn(form, page?.querySelector("[data-error]").textContent);
  await put(page);
  return false;
}

// Tells that something was not done, or that nobody knows. Never sent again by itself: it may have been done.
function warn(form, sentence) {
  const notice = document.getElementById("unanswered").content.firstElementChild.cloneNode(true);
  if (sentence) notice.querySelector("p").textContent = sentence;
  document.querySelectorAll("[data-warning]").forEach((one) => one.remove());
  notice.dataset.warning = "";
  // A form that lies over the page hides what is told at the edge of the window.
  const over = form.closest("dialog, [popover]");
  notice.classList.toggle("told", !over);
  (over ? form : document.getElementById("main")).prepend(notice);
  notice.focus();
  return false;
}

// Shows another page. What cannot be put in place is left to the browser, as an address that it can open.
async function visit(url) {
  const mine = ++latest;
  const answer = await fetch(url).catch(() => null);
  const page = answer && parsed(answer, await answer.text().catch(() => ""));
  if (mine !== latest) return;
  const assets = (page) => [...page.querySelectorAll("head [href], head [src]")].map((one) => one.outerHTML).join();
  if (!page || assets(page) !== assets(document)) return location.assign(url);
  await put(page, new URL(answer.url));
}

// A page of this site; nothing where a balancer or a guest network answered in its place.
function parsed(answer, text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const ours = answer.headers.get("Content-Type")?.startsWith("text/html");
  return ours && page.querySelector("link[rel=manifest][href='/manifest.webmanifest']") ? page : null;
}

// Puts a page in place; without an address it stays under the one it is at, since what a form answers itself cannot be
// opened again.
function put(next, url) {
  const same = !url || url.pathname + url.search === here();
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
    if (same) {
      history.replaceState({ acted: acted() }, "");
    } else {
      history.pushState({ acted: acted() }, "", url);
      shown = here();
      scrollTo(0, 0);
    }
    const again = first && names().find((one) => one.href === first.href);
    if (again) scrollBy(0, top(again) - was);
    ready();
    if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
  };
  if (document.startViewTransition && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    return document.startViewTransition(swap).updateCallbackDone;
  }
  swap();
}

// When something was last done in this browser, in whichever tab. Where nothing can be kept, nobody is signed in.
function acted() {
  try {
    return localStorage.acted ?? "";
  } catch {
    return "";
  }
}

function act() {
  try {
    localStorage.acted = Date.now();
  } catch {
    // As above.
  }
}

const here = () => location.pathname + location.search;

// Pages that were put in place are loaded when one goes back to them; a jump within a page is none.
let shown = here();
addEventListener("popstate", () => {
  if (here() !== shown) location.reload();
});

// What a browser brings back from its memory is shown as it is, unless something was done since. What was typed comes
// back too, later than this script begins.
addEventListener("pageshow", (event) => {
  const [entry] = performance.getEntriesByType("navigation");
  const remembered = event.persisted || (entry?.type === "back_forward" && entry.transferSize === 0);
  if (remembered && history.state && history.state.acted !== acted()) {
    document.documentElement.hidden = true;
    return location.reload();
  }
  history.replaceState({ acted: acted() }, "");
  restored.forEach((show) => show());
});

// What shows the state of fields, and so has to be shown anew when a browser restores them.
const restored = [];

function ready() {
  restored.length = 0;
  preview();
  picking();
  brushing();
  restored.forEach((show) => show());
  tell();
}
ready();
