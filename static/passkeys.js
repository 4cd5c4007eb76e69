// Has the browser make a passkey, or prove that there is one. Without this, pages say what to do instead.
(() => {
  "use strict";

  const canDoIt = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);

  async function answer({ dataset }) {
    const asked = await fetch(dataset.options, { method: "POST" });
    // The sign-in is over, or too long ago: the page says what to do about it.
    if (asked.redirected || asked.status === 403) return location.reload();
    if (!asked.ok) throw new Error(`${asked.status}`);
    const { publicKey } = await asked.json();
    const credential = dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
    return JSON.stringify(credential.toJSON());
  }

  async function send(form, button) {
    const trouble = form.querySelector("[data-trouble]");
    const say = (text) => Object.assign(trouble, { textContent: text, hidden: !text });
    if (!canDoIt) return say(form.dataset.unsupported);
    say("");
    button.disabled = true;
    try {
      const credential = await answer(form);
      if (!credential) return;
      form.elements.credential.value = credential;
      form.submit();
    } catch ({ name }) {
      say((name === "InvalidStateError" && form.dataset.known) || form.dataset.failed);
      button.disabled = false;
      button.focus();
    }
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      // It is made already, and the name was wrong.
      if (form.elements.credential.value) return;
      event.preventDefault();
      send(form, form.querySelector("button"));
    });
  }
  addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
})();
