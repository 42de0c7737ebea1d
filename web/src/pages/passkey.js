// Passkeys: asks the browser for one and puts its answer into the form, which the server judges.
// Options stand in the page (JSON block) or are fetched just before, so that a challenge is fresh.

function bytes(words) {
  const text = atob(words.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function words(buffer) {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function known(list) {
  return (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
}

function forCreating(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  return { ...options, challenge: bytes(options.challenge), user, excludeCredentials: known(options.excludeCredentials) };
}

function forAsking(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) };
}

/** The answer of the browser in the form in which JSON can carry it. */
function written(credential) {
  const { response } = credential;
  const said = { clientDataJSON: words(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) said[part] = words(response[part]);
  }
  return {
    id: credential.id,
    rawId: words(credential.rawId),
    type: credential.type,
    response: said,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function optionsFor(form) {
  const address = form.dataset.optionsFrom;
  if (!address) return JSON.parse(document.getElementById("passkey-options").textContent).publicKey;
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return (await answer.json()).request_options.publicKey;
}

async function ask(form) {
  const options = await optionsFor(form);
  const isNew = form.dataset.passkey === "create";
  if (isNew) {
    const alone = form.elements.passwordless?.checked;
    options.authenticatorSelection = {
      ...options.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: Boolean(alone),
      userVerification: alone ? "required" : "preferred",
    };
    return navigator.credentials.create({ publicKey: forCreating(options) });
  }
  return navigator.credentials.get({ publicKey: forAsking(options) });
}

function prepare(form) {
  const state = form.querySelector(".passkey-state");
  const say = (what) => {
    state.hidden = false;
    state.textContent = state.dataset[what];
  };
  if (!window.PublicKeyCredential) {
    if (!form.hidden) say("none");
    return;
  }
  for (const part of document.querySelectorAll("[data-passkey-only]")) part.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    say("working");
    try {
      form.elements.credential.value = JSON.stringify(written(await ask(form)));
      form.submit();
    } catch {
      say("failed");
    }
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
document.documentElement.dataset.ready = "true";
