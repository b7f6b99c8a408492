/* Keeps the desk's page readable through a reload without network: the page of the sitting that has an outage kit, and
   the files it loads. The page shows nobody before something is scanned; the people lie in the kit, encrypted. */
"use strict";
const SHELF = "park-desk";
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
