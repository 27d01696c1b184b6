// Shows the passkey buttons where the browser has passkeys, and says so when one did not work.
"use strict";
if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("[data-passkey]")) form.hidden = false;
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const note = document.getElementById("passkey-error");
  if (note) note.hidden = false;
});
