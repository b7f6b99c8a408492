/* Keeps a page readable through a reload without network: that of the sitting or the door round that has a kit, and the
   files it loads. What is kept shows nobody; the people lie in the kit, encrypted. Context: shelf. */
"use strict";
const SHELF = "{{ shelf }}";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  event.respondWith(fetch(request).catch(async (fault) => {
    const shelf = await caches.open(SHELF);
    const kept = await shelf.match(request, { ignoreVary: true, ignoreSearch: request.mode === "navigate" });
    if (kept) return kept;
    throw fault;
  }));
});
