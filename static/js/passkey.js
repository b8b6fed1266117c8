// Passkeys: the form is shown where the browser has them. A press fetches what is to be signed, the browser asks for the passkey,
// and the form takes the answer along.
async function answer(form) {
  const asked = await fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  // Whoever is to show first that it is them is led there.
  if (asked.redirected || asked.status === 403) return location.assign(`/confirm?next=${encodeURIComponent(location.pathname)}`);
  const { challenge, create, get } = await asked.json();
  const credential = create
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(create) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(get) });
  form.elements.challenge.value = challenge;
  form.elements.credential.value = JSON.stringify(credential);
  form.requestSubmit();
}

function asking(form) {
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    failed.hidden = true;
    answer(form).catch(() => {
      failed.hidden = false;
    });
  });
  // What the browser brings back was answered already.
  addEventListener("pageshow", () => {
    form.elements.credential.value = "";
  });
}

if (globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) asking(form);
  document.querySelector("[data-without-passkeys]")?.remove();
}
