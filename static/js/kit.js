/* A kit: what a page needs to go on without network, encrypted in this browser under a PIN. The key is made from the PIN
   and never kept. window.parkKit: .make(name, pin, what, seconds), .unlock(name, pin), .kept(name), .throwAway(name, shelf),
   .isOver(kept), .shelve(worker, shelf, address, answer), .typed(field, fault), .wants(words, fields). */
(() => {
  "use strict";
  const TURNS = 310000;
  const base = new Promise((resolve, reject) => {
    const asked = indexedDB.open("park-kit", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kits", { keyPath: "session" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const inStore = async (mode, work) => {
    const change = (await base).transaction("kits", mode);
    const asked = work(change.objectStore("kits"));
    return new Promise((resolve, reject) => { change.oncomplete = () => resolve(asked.result); change.onabort = () => reject(change.error); });
  };
  const key = async (pin, salt) => crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", iterations: TURNS, salt },
    await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]),
    { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const also = (name) => new TextEncoder().encode(`park-kit ${name}`);
  const kind = (name) => name.replace(/\d+$/, "");

  /* One kit of a kind in a browser: a new one takes the place of the others. */
  const make = async (name, pin, what, seconds) => {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(what));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: also(name) }, await key(pin, salt), plain);
    const old = (await inStore("readonly", (store) => store.getAllKeys())).filter((one) => one !== name && kind(one) === kind(name));
    await inStore("readwrite", (store) => { old.forEach((one) => store.delete(one)); return store.put({ session: name, salt, iv, sealed, made: Date.now(), until: Date.now() + seconds * 1000 }); });
  };
  const kept = (name) => inStore("readonly", (store) => store.get(name));
  /* Fails for a wrong PIN. */
  const unlock = async (one, pin) => {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: one.iv, additionalData: also(one.session) }, await key(pin, one.salt), one.sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  };
  /* A kit ends with its day; a clock that was set back ends it too. */
  const isOver = (one) => Date.now() >= one.until || Date.now() < one.made;
  const throwAway = async (name, shelf) => {
    await inStore("readwrite", (store) => store.delete(name));
    if (window.caches) await caches.delete(shelf);
  };
  /* The page itself outlives a reload: a worker keeps it with the files it loads. What is kept shows nobody. */
  const shelve = async (worker, shelf, address, source) => {
    if (!navigator.serviceWorker) return;
    await navigator.serviceWorker.register(worker);
    await navigator.serviceWorker.ready;
    const files = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => new URL(name).origin === location.origin && new URL(name).pathname.startsWith("/static/"));
    const cache = await caches.open(shelf);
    await Promise.all([[address, source], ...[...new Set(files)].map((file) => [file, file])].map(async ([place, file]) => {
      const answer = await fetch(file, { headers: { Accept: "text/html,*/*" } });
      if (answer.ok && !answer.redirected) await cache.put(place, answer);
    }));
  };
  const mayEncrypt = () => window.isSecureContext && Boolean(crypto.subtle);
  const isPin = (typed) => /^[0-9]{6,12}$/.test(typed);
  /* What the server says for a kit; {text} where it refuses, nothing where no answer came. */
  const ask = async (url) => {
    try {
      const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
      const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" } });
      return (answer.ok || answer.status === 409) && !answer.redirected ? { ok: answer.ok, said: await answer.json() } : null;
    } catch { return null; }
  };
  const all = () => inStore("readonly", (store) => store.getAll());
  window.parkKit = { make, unlock, kept, all, isOver, throwAway, shelve, mayEncrypt, isPin, ask };
})();
