/* Bad network: what a form would send is kept in this browser until the server has acknowledged it.
   window.parkQueue.add({url, fields, label, token}) and .on(listener); form[data-queue]; [data-queue-strip].
   Sent in order, one at a time; the token makes a second sending harmless. Only the author's own items are sent. */
(() => {
  "use strict";
  const NAME = "park-queue";
  const STORE = "items";
  const AGAIN = 3000;
  const PATIENCE = 20000;
  const user = document.body.dataset.user || "";
  const listeners = [];
  const here = new Set();
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;
  let state = "open"; // open, cut, signin
  let misses = 0; // attempts in a row that nothing came back from
  let sending = false;
  let timer = 0;

  const number = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(c) / 4)))).toString(16)));

  /* The store: IndexedDB, or this page's memory where the browser keeps nothing. */
  const memory = new Map();
  let count = 0;
  let durable = true;
  const opened = new Promise((resolve) => {
    let asked;
    try { asked = indexedDB.open(NAME, 1); } catch { durable = false; resolve(null); return; }
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "order", autoIncrement: true }).createIndex("token", "token", { unique: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => { durable = false; resolve(null); };
  });
  const inStore = (mode, work) => opened.then((base) => new Promise((resolve, reject) => {
    const change = base.transaction(STORE, mode, { durability: "strict" });
    const asked = work(change.objectStore(STORE));
    change.oncomplete = () => resolve(asked && asked.result);
    change.onabort = change.onerror = () => reject(change.error);
  }));
  const all = async () => {
    const rows = (await opened) ? await inStore("readonly", (store) => store.getAll()) : [...memory.values()];
    return rows.sort((a, b) => a.order - b.order);
  };
  const keep = async (item) => {
    if (await opened) { item.order = await inStore("readwrite", (store) => store.put(item)); return item; }
    item.order = item.order || ++count;
    memory.set(item.order, item);
    return item;
  };
  const drop = async (item) => { if (await opened) await inStore("readwrite", (store) => store.delete(item.order)); else memory.delete(item.order); };

  /* Telling: the listeners of this page and of the others. */
  /* A listener that fails is reported, but keeps nothing from being sent again. */
  const tell = (event) => { listeners.forEach((listener) => { try { listener(event); } catch (fault) { setTimeout(() => { throw fault; }); } }); };
  const bare = ({ fields, ...item }) => item;
  const spread = (event) => { tell(event); if (channel) channel.postMessage({ ...event, item: event.item && bare(event.item) }); show(); };
  if (channel) channel.onmessage = ({ data }) => { tell({ ...data, elsewhere: true }); show(); };

  const own = async () => (await all()).filter((item) => item.author === user);

  /* One after the other, so that two quick scans keep their order. */
  let tail = Promise.resolve();
  const arriving = new Map(); // entered, and not yet in the store
  const add = ({ url, fields, label, token }) => {
    const kept = fields.filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "token");
    const item = { token: token || number(), url: new URL(url, location.href).href, fields: kept, label, author: user, at: new Date().toISOString(), state: "waiting", tries: 0 };
    return enter(item);
  };
  const enter = (item) => {
    arriving.set(item.token, item);
    tail = tail.catch(() => null).then(() => put(item));
    return tail;
  };
  const put = async (item) => {
    const before = (await own()).find((one) => one.token === item.token);
    if (before) item.order = before.order;
    here.add(item.token);
    await keep(item);
    arriving.delete(item.token);
    spread({ type: "added", item });
    send();
    return item;
  };
  /* A page that is left before the store has written takes along what was entered; the next page puts it in. */
  const ARRIVING = "park-queue-arriving";
  addEventListener("pagehide", () => {
    const plain = [...arriving.values()].filter((item) => item.fields.every(([, value]) => typeof value === "string"));
    if (plain.length) sessionStorage.setItem(ARRIVING, JSON.stringify(plain));
  });
  const takeAlong = () => {
    const brought = JSON.parse(sessionStorage.getItem(ARRIVING) || "[]");
    const others = brought.filter((item) => item.author !== user);
    sessionStorage.removeItem(ARRIVING);
    if (others.length) sessionStorage.setItem(ARRIVING, JSON.stringify(others));
    brought.filter((item) => item.author === user).forEach(enter);
  };
  const again = async (token) => {
    const item = (await own()).find((one) => one.token === token);
    if (!item) return;
    await keep({ ...item, state: "waiting", answer: null, tries: item.tries + 1 });
    spread({ type: "changed", item });
    send();
  };
  const giveUp = async (token) => {
    const item = (await own()).find((one) => one.token === token);
    if (!item) return;
    await drop(item);
    spread({ type: "dropped", item });
  };

  const csrf = () => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    try { return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]; } catch { return field ? field.value : ""; }
  };
  /* The item's age lets the server write when the thing was done, whatever the clocks say; "late" tells it that
     nobody looks at the answer, so that a refusal has to be kept for review. */
  const post = async (item, late) => {
    const body = new FormData();
    item.fields.forEach(([name, value]) => { if (value instanceof Blob) body.append(name, value, value.name || "file"); else body.append(name, value); });
    body.append("token", item.token);
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE + (item.fields.some(([, value]) => value instanceof Blob) ? 40000 : 0));
    const headers = { Accept: "application/json", "X-CSRFToken": csrf(), "X-Queue-Age": String(Math.max(0, Math.round((Date.now() - Date.parse(item.at)) / 1000))) };
    if (late) headers["X-Queue-Late"] = "1";
    try { return await fetch(item.url, { method: "POST", body, headers, signal: stop.signal }); } finally { clearTimeout(patience); }
  };
  const read = async (answer) => {
    if (!(answer.headers.get("Content-Type") || "").includes("json")) return null;
    try { return await answer.json(); } catch { return null; }
  };
  const NO_MORE = { 400: "这一条读不懂", 404: "这一页已经没有了，或不归您管", 409: "和别处的记录冲突", 413: "文件太大", 422: "填得不对" };

  /* A conflict whose answer came when the next thing had been entered on the same page: nobody waited for it any more. */
  const isOvertaken = async (item) => {
    await tail.catch(() => null);
    return (await own()).some((one) => one.url === item.url && one.state === "waiting" && one.order > item.order);
  };
  const refused = async (item, said, late) => {
    item.answer = said;
    item.state = "refused";
    await keep(item);
    state = "open";
    misses = 0;
    spread({ type: "refused", item, answer: said, late });
    return true;
  };

  /* One item: true when the next may follow. */
  const attempt = async (item, late) => {
    let answer;
    try { answer = await post(item, late); } catch { return stay(item, "cut"); }
    const door = answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/");
    if (door || answer.status === 401 || answer.status === 403) return stay(item, "signin");
    if (answer.ok) {
      const said = (await read(answer)) || { url: answer.redirected ? answer.url : "" };
      if (said.conflict && (await isOvertaken(item))) return refused(item, said, late);
      await drop(item);
      state = "open";
      misses = 0;
      spread({ type: "answered", item, answer: said, late });
      return true;
    }
    if (!NO_MORE[answer.status]) return stay(item, "cut");
    const said = (await read(answer)) || {};
    return refused(item, { ...said, text: said.text || NO_MORE[answer.status] }, late);
  };
  const stay = async (item, why) => {
    state = why;
    misses += 1;
    item.tries += 1;
    await keep(item);
    spread({ type: why, item });
    return false;
  };

  const work = async () => {
    for (;;) {
      const waiting = (await own()).filter((item) => item.state === "waiting");
      if (!waiting.length) { if (state === "cut") { state = "open"; spread({ type: "open" }); } return; }
      const [item] = waiting;
      const late = item.tries > 0 || waiting.length > 1 || !here.has(item.token);
      if (!(await attempt(item, late))) return;
    }
  };
  /* One window sends for all of them. */
  const locked = (task) => (navigator.locks ? navigator.locks.request(NAME, { ifAvailable: true }, (lock) => (lock ? task() : null)) : task());
  const send = async () => {
    if (sending || !user) return;
    sending = true;
    clearTimeout(timer);
    try { await locked(work); } finally { sending = false; }
    if ((await own()).some((item) => item.state === "waiting")) timer = setTimeout(send, state === "signin" ? 10 * AGAIN : state === "cut" ? AGAIN : 300);
  };

  /* The strip: how many wait, why, and what was refused. */
  const element = (tag, words, css) => { const made = document.createElement(tag); if (words) made.textContent = words; if (css) made.className = css; return made; };
  const button = (words, work) => { const made = element("button", words, "btn btn-small"); made.type = "button"; made.addEventListener("click", work); return made; };
  const row = (item) => {
    const line = element("li");
    const what = element("span", `${item.label}　${new Date(item.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false })}`);
    line.append(what);
    if (item.state !== "refused") { line.append(element("span", "还没送出", "second")); return line; }
    what.append(element("b", item.answer.text, "queue-why"));
    const choices = element("span", "", "actions");
    if (item.answer.recorded) choices.append(button("知道了", () => giveUp(item.token)));
    else choices.append(button("重试", () => again(item.token)), button("放弃", () => { if (confirm(`放弃“${item.label}”？它没有送到，放弃后找不回来。`)) giveUp(item.token); }));
    line.append(choices);
    return line;
  };
  const phrase = (waiting, refused, others) => {
    const words = [];
    if (waiting) words.push(`待发 ${waiting} 条，${state === "signin" ? "请重新登录，登录后自动送出" : state === "cut" ? "没有连上，连上后自动送出" : "正在送出"}`);
    if (refused) words.push(`${refused} 条没有被接受，请核对`);
    if (others) words.push(`另有 ${others} 条是别的账号的，由本人登录后送出`);
    if (words.length && !durable) words.push("这个浏览器不能保存，请不要关掉本页");
    return words.join("；");
  };
  let drawn = "";
  const show = async () => {
    const items = await all();
    const mine = items.filter((item) => item.author === user);
    const refused = mine.filter((item) => item.state === "refused");
    const waiting = mine.length - refused.length;
    const words = user ? phrase(waiting, refused.length, items.length - mine.length) : "";
    document.body.classList.toggle("is-cut", state !== "open" && waiting > 0);
    const said = JSON.stringify([words, mine.map(bare)]);
    if (said === drawn) return;
    drawn = said;
    document.querySelectorAll("[data-queue-strip]").forEach((strip) => {
      strip.hidden = !words;
      strip.classList.add("queue-strip");
      const open = strip.querySelector("details[open]") || refused.length;
      const line = element("p", words);
      line.setAttribute("role", "status");
      strip.replaceChildren(line);
      if (state === "signin" && waiting) {
        const way = element("a", "去登录");
        way.href = `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
        line.append("　", way);
      }
      if (!mine.length) return;
      const list = element("details");
      const rows = element("ol", "", "lines");
      list.open = Boolean(open);
      rows.append(...mine.map(row));
      list.append(element("summary", "看清单"), rows);
      strip.append(list);
    });
  };

  /* A form that is queued: shut while its item waits, opened again with the reason when it is refused. */
  const forms = new Map();
  const fold = (form, shut) => { form.classList.toggle("is-queued", shut); form.inert = shut; };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-queue]") || event.defaultPrevented || !user) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.inert) return;
    fold(form, true);
    const fields = [...new FormData(form, event.submitter || undefined)].filter(([, value]) => !(value instanceof File && !value.name && !value.size));
    const token = (fields.find(([name]) => name === "token") || [])[1];
    const item = await add({ url: (event.submitter && event.submitter.getAttribute("formaction")) || form.getAttribute("action") || location.href, fields, label: form.dataset.queue, token });
    forms.set(item.token, form);
    say(form, "已存在这台设备上，正在送出。");
  }, true);
  const say = (form, words) => {
    let line = form.parentElement.querySelector(":scope > .queue-said");
    if (!line) { line = element("div", "", "notice queue-said"); line.setAttribute("role", "status"); form.before(line); }
    line.replaceChildren(element("p", words));
    return line;
  };
  let goal = ""; // where the page goes on when nothing waits any more
  const leave = async () => {
    if (goal && !(await own()).some((item) => item.state === "waiting")) location.assign(goal);
  };
  listeners.push(({ type, item, answer }) => {
    const form = item && forms.get(item.token);
    if (!form) { if (type === "answered") leave(); return; }
    if (type === "answered") {
      forms.delete(item.token);
      say(form, answer.text || "已送到。").classList.add("notice-done");
      goal = answer.url || goal;
      leave();
    } else if (type === "refused") {
      say(form, answer.text).classList.add("notice-refused");
      fold(form, false);
    } else if (type === "cut" || type === "signin") {
      say(form, type === "cut" ? "没有连上。已存在这台设备上，连上后自动送出，可以离开这一页。" : "已存在这台设备上，请重新登录，登录后自动送出。");
    }
  });

  window.parkQueue = { add, again, giveUp, send, number, on: (listener) => { listeners.push(listener); }, items: async () => { await tail.catch(() => null); return own(); }, get state() { return state; }, get misses() { return misses; } };
  addEventListener("online", send);
  if (user) takeAlong();
  const start = () => { show(); send(); };
  if (document.readyState === "complete") start(); else addEventListener("load", start);
})();
