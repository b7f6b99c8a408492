/* The outage kit: today's roster, encrypted in this browser. The key is made from a PIN and never kept; without it the
   roster cannot be read. While it is unlocked the desk knows names and refuses tubes that are not registered. */
(() => {
  "use strict";
  const opener = document.getElementById("kit-open");
  const dialog = document.getElementById("kit");
  if (!opener || !dialog) return;
  const part = (name) => document.getElementById(`kit-${name}`);
  const session = opener.dataset.session;
  const kits = window.parkKit;
  const SHELF = "park-desk";

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

  const fault = (words) => { part("fault").textContent = words; };
  const pin = () => { const typed = part("pin").value; if (!kits.isPin(typed)) { fault("PIN 要 6 到 12 位数字"); return ""; } return typed; };
  const done = () => { part("pin").value = ""; fault(""); dialog.close(); document.getElementById("scan").focus(); };

  const make = async () => {
    const typed = pin();
    if (!typed) return;
    const answer = await kits.ask(opener.dataset.url);
    if (!answer || !answer.ok) { fault(answer ? answer.said.text : "没有取到名单，请联网后再存"); return; }
    const roster = answer.said;
    await kits.make(session, typed, roster, roster.seconds_left);
    window.hasDeskKit = true;
    await use(roster);
    await kits.shelve(opener.dataset.worker, SHELF, location.pathname + location.search, location.href).catch(() => null);
    done();
  };
  const unlock = async () => {
    const typed = pin();
    if (!typed) return;
    const kept = await kits.kept(session);
    if (!kept || kits.isOver(kept)) { if (kept) await kits.throwAway(session, SHELF); fault("离线包已经过期，请联网后重新存"); part("said").textContent = "离线包"; part("unlock").hidden = true; window.deskKit = null; return; }
    let roster;
    try { roster = await kits.unlock(kept, typed); } catch { fault("PIN 不对，打不开离线包"); return; }
    await use(roster);
    done();
  };
  opener.addEventListener("click", () => {
    if (!kits.mayEncrypt()) {
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
    const mine = (await kits.all()).filter((one) => /^\d+$/.test(one.session));
    for (const one of mine.filter(kits.isOver)) await kits.throwAway(one.session, SHELF);
    const kept = mine.find((one) => one.session === session && !kits.isOver(one));
    window.hasDeskKit = Boolean(kept);
    if (!kept || window.deskKit) return;
    part("unlock").hidden = false;
    part("said").textContent = "离线包，未解锁";
  };
  look().catch(() => null);
  /* A page that stays open over midnight forgets the people too. */
  setInterval(async () => {
    const kept = await kits.kept(session).catch(() => null);
    if (!kept || !kits.isOver(kept)) return;
    await kits.throwAway(session, SHELF);
    window.deskKit = null;
    window.hasDeskKit = false;
    part("said").textContent = "离线包";
  }, 30000);
})();
