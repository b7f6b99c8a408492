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

  /* What the desk may do without network by what the kit says. */
  const rules = (roster) => {
    const people = new Map(roster.people.map((one) => [one.code, one]));
    /* The kit knows the end of an ID number and a check of the whole; two who share both are found by nobody. */
    const check = (number) => roster.weights.reduce((sum, weight, place) => sum + weight * (number[place] === "X" ? 10 : Number(number[place])), 0) % roster.modulus;
    const ofNumber = (number) => {
      const found = roster.people.filter((one) => one.tail === number.slice(-4) && one.check === check(number));
      return found.length === 1 ? found[0] : undefined;
    };
    const known = (text) => people.get(text) || (/^\d{17}[\dX]$/.test(text) ? ofNumber(text) : undefined);
    const used = new Set(roster.used);
    const open = new Map(roster.pools.map((one) => [String(one.lane), { barcode: one.barcode, lying: one.lying }]));
    const isRegistered = (tube) => roster.ranges.some(([first, last, length]) => tube.length === length && tube >= first && tube <= last);
    const shares = (one) => roster.pool_size > 1 && !one.alone && !one.held && one.status !== "recollect";
    const BAD = "这支管不能用";
    const whole = (tube) => {
      if (used.has(tube)) return [BAD, "刚刚用过，请换一支新管"];
      if ([...open.values()].some((pool) => pool.barcode === tube)) return ["不能进混采管", "这位只能一人一管"];
      return isRegistered(tube) ? null : [BAD, "没有登记过，请换一支登记过的预印管"];
    };
    const mixed = (tube, lane) => {
      const pool = open.get(lane);
      if (pool && pool.barcode !== tube) return ["不是这支管", `${pool.barcode} 还没有装满也没有封`];
      return pool ? null : whole(tube);
    };
    const tubeFault = (tube, at) => {
      const one = known(at.current);
      if (!one) return ["不在今天的名单里", "没有网不能采，请写在备用表上"];
      if (one.held) return one.held === tube ? null : ["不是这支管", `这位领的是 ${one.held}`];
      return shares(one) ? mixed(tube, String(at.lane || 1)) : whole(tube);
    };
    const personFault = (code) => {
      const one = known(code);
      if (!one) return ["不在今天的名单里", "没有网只认名单上的人，请写在备用表上"];
      if (one.door) return ["这位要上门采样", "不在采样点采"];
      return one.status === "collected" ? ["已经采过", "请让这位离开"] : null;
    };
    const fill = (tube, lane) => {
      const pool = open.get(lane) || { barcode: tube, lying: 0 };
      pool.lying += 1;
      if (pool.lying < roster.pool_size) { open.set(lane, pool); return; }
      open.delete(lane);
      used.add(tube);
    };
    return {
      size: people.size,
      person: known,
      /* Why the desk must not do this without network: [word, remedy], or nothing. */
      fault: (text, at, after) => {
        if (after.step === "temperature" && after.current !== at.current) return personFault(after.current);
        return at.step === "tube" && after.step === "find" ? tubeFault(text, at) : null;
      },
      /* What was queued: nobody is swabbed twice, no tube is used twice, a mixed one fills. */
      note: (text, at, after, what) => {
        if (what === "close") { const pool = open.get(String(at.lane || 1)); if (pool) used.add(pool.barcode); open.delete(String(at.lane || 1)); return; }
        if (what || at.step !== "tube" || after.step !== "find") return;
        const one = known(at.current);
        if (one && shares(one)) fill(text, String(at.lane || 1)); else used.add(text);
        if (one) one.status = "collected";
      },
    };
  };
  const isTube = (text) => /^[A-Z]{1,8}\d{4,}$/.test(text) && !/^(RY|YX|PS|GH)/.test(text);
  const use = async (roster) => {
    const kit = rules(roster);
    const waiting = window.parkQueue ? await window.parkQueue.items() : [];
    waiting.filter((item) => item.url.includes(`/station/${session}/`)).forEach((item) => {
      const sent = Object.fromEntries(item.fields);
      const text = (sent.text || "").toUpperCase().replace(/\s/g, "");
      kit.note(text, sent, { step: isTube(text) ? "find" : "" }, sent.do);
    });
    window.deskKit = kit;
    part("said").textContent = `离线包已解锁 ${kit.size} 人`;
    part("unlock").hidden = true;
  };

  /* The page itself outlives a reload: a worker keeps it with the files it loads. It shows nobody. */
  const SHELF = "park-desk";
  const shelve = async () => {
    if (!navigator.serviceWorker) return;
    await navigator.serviceWorker.register(opener.dataset.worker);
    await navigator.serviceWorker.ready;
    const files = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => new URL(name).origin === location.origin && new URL(name).pathname.startsWith("/static/"));
    const shelf = await caches.open(SHELF);
    await Promise.all([location.pathname + location.search, ...new Set(files)].map(async (file) => {
      const answer = await fetch(file, { headers: { Accept: "text/html,*/*" } });
      if (answer.ok && !answer.redirected) await shelf.put(file, answer);
    }));
  };
  /* A kit ends with the day of its sitting; a clock that was set back ends it too. */
  const isOver = (kept) => Date.now() >= kept.until || Date.now() < kept.made;
  const throwAway = async (kept) => {
    await inStore("readwrite", (store) => store.delete(kept.session));
    if (window.caches) await caches.delete(SHELF);
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
      if (answer.status === 409) { fault((await answer.json()).text); return; }
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      roster = await answer.json();
    } catch { fault("没有取到名单，请联网后再存"); return; }
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(roster));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: also }, await key(typed, salt), plain);
    const old = (await inStore("readonly", (store) => store.getAllKeys())).filter((one) => one !== session);
    await inStore("readwrite", (store) => { old.forEach((one) => store.delete(one)); return store.put({ session, salt, iv, sealed, made: Date.now(), until: Date.now() + roster.seconds_left * 1000 }); });
    window.hasDeskKit = true;
    await use(roster);
    await shelve().catch(() => null);
    done();
  };
  const unlock = async () => {
    const typed = pin();
    if (!typed) return;
    const kept = await inStore("readonly", (store) => store.get(session));
    if (!kept || isOver(kept)) { if (kept) await throwAway(kept); fault("离线包已经过期，请联网后重新存"); part("said").textContent = "离线包"; part("unlock").hidden = true; window.deskKit = null; return; }
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv, additionalData: also }, await key(typed, kept.salt), kept.sealed);
      await use(JSON.parse(new TextDecoder().decode(plain)));
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
  const look = async () => {
    const kits = await inStore("readonly", (store) => store.getAll());
    for (const one of kits.filter(isOver)) await throwAway(one);
    const kept = kits.find((one) => one.session === session && !isOver(one));
    window.hasDeskKit = Boolean(kept);
    if (!kept || window.deskKit) return;
    part("unlock").hidden = false;
    part("said").textContent = "离线包，未解锁";
  };
  look().catch(() => null);
  /* A page that stays open over midnight forgets the people too. */
  setInterval(async () => {
    const kept = await inStore("readonly", (store) => store.get(session)).catch(() => null);
    if (!kept || !isOver(kept)) return;
    await throwAway(kept);
    window.deskKit = null;
    window.hasDeskKit = false;
    part("said").textContent = "离线包";
  }, 30000);
})();
