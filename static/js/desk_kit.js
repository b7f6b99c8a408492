/* The outage kit: today's roster, encrypted in this browser. The key is made from a PIN and never kept; without it the
   roster cannot be read. While it is unlocked the desk knows names and refuses tubes that are not registered. */
(() => {
  "use strict";
  const opener = document.getElementById("kit-open");
  const dialog = document.getElementById("kit");
  if (!opener || !dialog) return;
  const part = (name) => document.getElementById(`kit-${name}`);
  const session = opener.dataset.session;
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
  const also = new TextEncoder().encode(`park-kit ${session}`);

  const use = (roster) => {
    const people = new Map(roster.people.map((one) => [one.code, one]));
    const used = new Set(roster.used);
    window.deskKit = {
      person: (code) => people.get(code),
      /* Why the desk must not do this without network: [word, remedy], or nothing. */
      fault: (text, at, after) => {
        if (after.step === "temperature" && after.current !== at.current) {
          const one = people.get(after.current);
          if (one && one.door) return ["这位要上门采样", "不在采样点采"];
          if (one && one.status === "collected") return ["已经采过", "请让这位离开"];
          return one ? null : ["不在今天的名单里", "没有网不能现场登记，请写在备用表上"];
        }
        if (at.step !== "tube" || after.step !== "find") return null;
        if (used.has(text)) return ["这支管不能用", "刚刚用过，请换一支新管"];
        const known = roster.ranges.some(([first, last, length]) => text.length === length && text >= first && text <= last);
        return known ? null : ["这支管不能用", "没有登记过，请换一支登记过的预印管"];
      },
      note: (text, at, after) => {
        if (at.step !== "tube" || after.step !== "find") return;
        used.add(text);
        const one = people.get(at.current);
        if (one) one.status = "collected";
      },
    };
    part("said").textContent = `离线包已解锁 ${people.size} 人`;
    part("unlock").hidden = true;
  };
  const fault = (words) => { part("fault").textContent = words; };
  const pin = () => { const typed = part("pin").value; if (!/^[0-9]{6,12}$/.test(typed)) { fault("PIN 要 6 到 12 位数字"); return ""; } return typed; };
  const done = () => { part("pin").value = ""; fault(""); dialog.close(); document.getElementById("scan").focus(); };

  const make = async () => {
    const typed = pin();
    if (!typed) return;
    let roster;
    try {
      const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
      const answer = await fetch(opener.dataset.url, { method: "POST", headers: { "X-CSRFToken": token } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      roster = await answer.json();
    } catch { fault("没有取到名单，请联网后再存"); return; }
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(roster));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: also }, await key(typed, salt), plain);
    const old = (await inStore("readonly", (store) => store.getAllKeys())).filter((one) => one !== session);
    await inStore("readwrite", (store) => { old.forEach((one) => store.delete(one)); return store.put({ session, salt, iv, sealed, day: roster.made_at.slice(0, 10) }); });
    use(roster);
    done();
  };
  const unlock = async () => {
    const typed = pin();
    if (!typed) return;
    const kept = await inStore("readonly", (store) => store.get(session));
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv, additionalData: also }, await key(typed, kept.salt), kept.sealed);
      use(JSON.parse(new TextDecoder().decode(plain)));
      done();
    } catch { fault("PIN 不对，打不开离线包"); }
  };
  opener.addEventListener("click", () => {
    if (!window.isSecureContext || !crypto.subtle) {
      part("words").textContent = "离线包要加密，浏览器只在 HTTPS 或本机地址（localhost）上允许。请用 https:// 打开采样台；现在可以先打印断网备用表。";
      part("make").disabled = part("pin").disabled = true;
    }
    dialog.showModal();
    if (!part("pin").disabled) part("pin").focus();
  });
  part("make").addEventListener("click", make);
  part("unlock").addEventListener("click", unlock);
  document.getElementById("kit-form").addEventListener("submit", (event) => { event.preventDefault(); if (part("unlock").hidden) make(); else unlock(); });
  inStore("readonly", (store) => store.get(session)).then((kept) => {
    if (!kept || window.deskKit) return;
    part("unlock").hidden = false;
    part("said").textContent = "离线包，未解锁";
  }).catch(() => null);
})();
