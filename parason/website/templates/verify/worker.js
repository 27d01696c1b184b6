/* Keeps the verify page for the next time without a network. Keys and lists are the page's own business. */
"use strict";
const SHELF = "parason-verify-{{ version }}";
const FILES = JSON.parse("{{ files|escapejs }}");
const PAGE = FILES[0];
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("parason-verify-") && name !== SHELF).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname === PAGE) {
    // The newest page when there is a network, the kept one when there is none.
    event.respondWith(fetch(event.request).then((answer) => {
      if (answer.ok) { const copy = answer.clone(); event.waitUntil(caches.open(SHELF).then((shelf) => shelf.put(PAGE, copy))); }
      return answer;
    }).catch(() => caches.match(PAGE)));
  } else if (FILES.includes(address.pathname)) {
    event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((kept) => kept || fetch(event.request)));
  }
});
