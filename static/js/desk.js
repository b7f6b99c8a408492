/* The sampling desk. Every scan has its own number and waits in queue.js until it is acknowledged, so that a lost answer
   is asked for again with the same number: nothing is lost, nothing is done twice. Without network the desk goes on by
   the rules it knows; conflicts come back to the strip. Without this script the form works too. */
(() => {
  "use strict";
  const form = document.getElementById("desk");
  const input = document.getElementById("scan");
  const holder = document.getElementById("answer");
  if (!form || !input || !holder || !window.parkQueue) return;
  const field = (name) => form.elements[name];
  const STATE = ["step", "current", "found_at", "measured_at"];
  const ALWAYS = ["lane", "reason", "badge"];
  const OTHER_FIELD = "input:not(#scan), select, textarea";
  const here = form.action;
  const queue = window.parkQueue;
  const pending = []; // tokens of this desk that no answer has come for, in order
  const isPlain = !field("step"); // a box: tube after tube, without steps
  let foreseen = null; // where the desk will stand when they have been answered
  let composing = false;
  let clearing = 0;
  let next = null;
  let heard = 0; // answers to this desk; a count that was asked for before one of them is old

  /* Four tones that differ in length, number and pitch; no file is needed. */
  let audio = null;
  const TONES = {
    done: [[1320, 0, .11]],
    before: [[660, 0, .1], [660, .17, .1]],
    refused: [[180, 0, .6]],
    warn: [[990, 0, .12], [590, .17, .12], [990, .34, .12]],
  };
  const sound = (name) => {
    if (!TONES[name] || !(window.AudioContext || window.webkitAudioContext)) return;
    try {
      audio = audio || new (window.AudioContext || window.webkitAudioContext)();
      if (audio.state === "suspended") audio.resume();
      TONES[name].forEach(([pitch, start, length]) => {
        const tone = audio.createOscillator();
        const loud = audio.createGain();
        const from = audio.currentTime + start;
        tone.type = name === "refused" ? "square" : "sine";
        tone.frequency.value = pitch;
        loud.gain.setValueAtTime(.0001, from);
        loud.gain.exponentialRampToValueAtTime(.3, from + .01);
        loud.gain.setValueAtTime(.3, from + length - .02);
        loud.gain.exponentialRampToValueAtTime(.0001, from + length);
        tone.connect(loud).connect(audio.destination);
        tone.start(from);
        tone.stop(from + length);
      });
    } catch { /* a desk without loudspeakers goes on */ }
  };

  const show = (html, placeholder) => {
    holder.innerHTML = html;
    input.placeholder = placeholder;
  };
  const clear = () => {
    clearTimeout(clearing);
    if (next) { show(next.html, next.placeholder); next = null; }
  };

  /* Nobody is here; who was here last. */
  const idle = (last) => {
    const shown = document.getElementById("idle").content.firstElementChild.cloneNode(true);
    if (last) shown.querySelector(".desk-remedy").append(document.createElement("br"), `上一位：${last}`);
    return shown.outerHTML;
  };

  const take = (said) => {
    clear();
    show(said.html, said.placeholder);
    if (field("reason")) field("reason").value = "";
    if (said.badge && field("badge")) { field("badge").value = said.badge; document.getElementById("hands").textContent = said.holder; }
    STATE.forEach((name) => { if (field(name)) field(name).value = said[name] || ""; });
    Object.entries(said.parts || {}).forEach(([id, html]) => { const part = document.getElementById(id); if (part) part.innerHTML = html; });
    count(said.delta);
    sound(said.sound);
    const then = said.then || (typeof said.idle === "string" ? idle(said.idle) : "");
    if (then) {
      next = { html: then, placeholder: said.next_placeholder };
      clearing = setTimeout(clear, said.clear);
    }
    if (said.labels) {
      document.getElementById("labels").innerHTML = said.labels;
      window.print();
    }
    input.focus();
  };

  /* Without an answer the desk goes on by the rules that it knows itself; the server has the last word. */
  /* One answer that did not come is no outage yet: what is scanned meanwhile waits for the next attempt. */
  const isCut = () => !navigator.onLine || (queue.state !== "open" && queue.misses > 1);
  const warmth = (text) => {
    const digits = text.replace(/[。,]/g, ".").replace(/[℃°CcFf度 ]+$/, "");
    const value = /^\d{3}$/.test(digits) ? Number(digits) / 10 : Number(digits);
    return /^\d{2,3}(\.\d)?$/.test(digits) && value >= 34 && value <= 42 ? value : null;
  };
  const standing = () => (!isPlain && foreseen) || Object.fromEntries([...STATE, ...ALWAYS].filter((name) => field(name)).map((name) => [name, field(name).value]));
  const foresee = (at, text, what) => {
    if (isPlain) return at;
    const idle = { ...at, step: "find", current: "", found_at: "", measured_at: "" };
    const code = text.toUpperCase().replace(/\s/g, "");
    if (what === "close") return at;
    if (what) return idle;
    if (/^GH\d{12}$/.test(code)) return { ...at, badge: code };
    if (/^RY\d{12}$/.test(code) || (at.step === "find" && /^\d{17}[\dX]$/.test(code))) return { ...idle, step: "temperature", current: code };
    if (at.step === "temperature" && warmth(text) !== null) return warmth(text) < 37.3 ? { ...at, step: "tube" } : idle;
    if (at.step === "tube" && /^[A-Z]{1,8}\d{4,}$/.test(code) && !/^(RY|YX|PS|GH)/.test(code)) return idle;
    return at;
  };
  const WORDS = { undo: "撤销上一步", issue: "打印新条码", close: "封管", out: "拿出上一管" };
  const LABELS = { find: "人员码", temperature: "体温", tube: "试管", reason: "撤销原因" };
  const PLACEHOLDERS = { find: "等待扫码", temperature: "录体温，如 36.5", tube: "扫试管" };
  const face = (tone, word, name, remedy) => {
    const make = (tag, words, css) => { const made = document.createElement(tag); made.textContent = words; made.className = css; return made; };
    const main = make(isPlain ? "div" : "main", "", `desk-answer is-${tone} on-colour`);
    const said = make("div", "", "desk-said");
    const box = make("div", "", "");
    box.setAttribute("role", "status");
    box.append(make("p", word, "desk-word"), make("p", name, "desk-name"), make("p", remedy, "desk-remedy"));
    const shape = document.getElementById("shapes").content.querySelector(`[data-shape="${tone}"] > *`);
    if (shape) said.append(shape.cloneNode(true));
    said.append(box);
    if (!isPlain) { main.append(make("span", "没有网", "desk-tone")); main.id = "content"; }
    main.append(said);
    main.dataset.tone = tone;
    return main.outerHTML;
  };
  /* What the desk says while nothing comes back: what was noted, or why it cannot be. */
  const sayOffline = (text, at, after) => {
    if (isPlain) {
      show(face("done", "已记下，等网络", text, "按次序放好；没有网，连上后自动送出"), input.placeholder);
      sound("done");
      return;
    }
    const kit = window.deskKit;
    const person = kit && kit.person(after.current || at.current);
    const name = person ? `${person.name} 证件尾号 ${person.tail}` : after.current || at.current;
    if (at.step === "temperature" && after.step === "find") {
      show(face("warn", "体温异常，请停一下", name, "到旁边休息 10 分钟再测；没有网，已记下"), PLACEHOLDERS.find);
      sound("warn");
    } else if (after.step === "find" && at.step !== "find") {
      show(face("done", "已记下，等网络", name, `试管 ${text}；没有网，连上后自动送出`), "可以扫下一位");
      sound("done");
    } else if (after.step !== at.step || after.current !== at.current) {
      show(face("waiting", after.step === "temperature" ? "录体温" : "扫试管", name, "没有网，照常做，连上后自动送出"), PLACEHOLDERS[after.step]);
      sound("done");
    }
  };
  const refuse = (word, remedy) => { show(face("refused", word, "", remedy), input.placeholder); sound("refused"); };
  const offlineFault = (text, what, at, after) => {
    if (what === "issue") return ["没有网", "不能打印新条码，请用登记过的预印管"];
    if (what === "undo") return ["没有网", "连上以后再撤销"];
    if (what === "out") return ["没有网", "连上以后再拿出来"];
    if (what || isPlain || /^GH\d{12}$/i.test(text)) return null;
    if (after === at) return [at.step === "temperature" ? "体温不对" : "扫错了码", `现在要${PLACEHOLDERS[at.step] || "扫码"}`];
    const kit = window.deskKit;
    if (kit) return kit.fault(text.toUpperCase().replace(/\s/g, ""), at, after);
    return window.hasDeskKit ? ["离线包没有解锁", "没有网：按 F8 输 PIN，再接着扫"] : ["没有网，也没有离线包", "不能接着采，请用断网备用表，连上后补录"];
  };
  const put = (text, what) => {
    const at = standing();
    const after = foresee(at, text, what);
    const fault = isCut() && offlineFault(text, what, at, after);
    if (fault) { refuse(...fault); return; }
    const token = queue.number();
    const label = what ? WORDS[what] : `${LABELS[at.step] || LABELS.tube} ${text}${at.current && at.step !== "find" ? `，${at.current}` : ""}`;
    pending.push(token);
    if (isPlain && field("reason")) field("reason").value = ""; // it was said of this tube only
    foreseen = after;
    if (window.deskKit) window.deskKit.note(text.toUpperCase().replace(/\s/g, ""), at, after, what);
    queue.add({ url: here, label, token, fields: Object.entries({ ...at, text, do: what || "" }) });
    if (isCut() || !navigator.onLine) sayOffline(text, at, after);
  };
  /* A good answer that has others behind it only counts; one that is not good is shown and sounds at once. What was
     refused waits in the strip. */
  queue.on(({ type, item, answer }) => {
    const place = item ? pending.indexOf(item.token) : -1;
    if (place < 0) return;
    if (type === "cut" && fieldOf(item, "step") === "find" && refusedOffline(item)) return;
    if (type === "cut" && pending.length === 1 && foreseen) sayOffline(fieldOf(item, "text"), { step: fieldOf(item, "step"), current: fieldOf(item, "current") }, foreseen);
    if (type !== "answered" && type !== "refused") return;
    pending.splice(place, 1);
    heard += 1;
    if (pending.length) {
      count(answer.delta);
      if (type === "refused" || !["done", "waiting", undefined].includes(answer.tone)) alarm(answer);
      return;
    }
    foreseen = null;
    if (answer.html) take(answer); else refuse(answer.text || "没有被接受", "请看上面的清单");
  });
  /* The first person after the network went is known to be refused only when it has gone. Nothing was written of them. */
  const refusedOffline = (item) => {
    const text = fieldOf(item, "text");
    const at = { step: "find", current: fieldOf(item, "current"), lane: fieldOf(item, "lane") };
    const fault = isCut() && pending.length === 1 && foreseen && offlineFault(text, fieldOf(item, "do"), at, foreseen);
    if (!fault) return false;
    pending.length = 0;
    foreseen = null;
    queue.giveUp(item.token);
    refuse(...fault);
    return true;
  };
  const alarm = (answer) => {
    clearTimeout(clearing);
    next = null;
    if (answer.html) { show(answer.html, input.placeholder); sound(answer.sound || "refused"); } else refuse(answer.text || "没有被接受", "请看上面的清单");
  };
  const fieldOf = (item, name) => ((item.fields || []).find(([one]) => one === name) || ["", ""])[1];
  const count = (delta) => {
    const done = document.getElementById("done");
    if (!done || !delta) return;
    done.textContent = Number(done.textContent) + delta;
    const expected = document.getElementById("expected");
    if (expected && Number(expected.textContent) < Number(done.textContent)) expected.textContent = done.textContent;
    left();
  };
  const left = () => {
    const waiting = document.getElementById("waiting");
    if (waiting) waiting.textContent = Math.max(0, Number(document.getElementById("expected").textContent) - Number(document.getElementById("done").textContent));
  };
  const commit = () => {
    /* A Chinese input method gives full-width letters: NFKC makes codes of them again. */
    const text = input.value.normalize("NFKC").trim();
    input.value = "";
    if (text) put(text); else clear();
  };

  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const pressed = event.submitter;
    if (pressed && pressed.name === "do") { input.value = ""; put("", pressed.value); } else commit();
  });
  document.addEventListener("keydown", (event) => {
    const button = event.key.startsWith("F") && form.querySelector(`[data-key="${event.key}"]`);
    if (event.target.closest("dialog")) return;
    if (button) { event.preventDefault(); if (button.href) { button.click(); return; } input.value = ""; put("", button.value); return; }
    if (event.key === "F8") { event.preventDefault(); document.getElementById("kit-open").click(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { input.value = ""; clear(); input.focus(); return; }
    if (event.target.closest("a, button") || event.target.closest(OTHER_FIELD)) return;
    /* Any key returns to the field and puts the last answer away. */
    if (event.key.length === 1 || event.key === "Process" || event.key === "Enter") clear();
    if (event.target !== input) input.focus();
    /* A scanner's Enter while the input method composes ends the composition first; the code is taken right after it. */
    if (event.key === "Enter" && (composing || event.isComposing) && event.target === input) {
      event.preventDefault();
      setTimeout(() => { composing = false; commit(); });
    }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest("a, button, label, summary, dialog") && !event.target.closest(OTHER_FIELD)) input.focus(); });
  addEventListener("focus", () => { if (!document.activeElement || !document.activeElement.closest(OTHER_FIELD)) input.focus(); });
  /* A choice beside the field gives the focus back at once. */
  form.addEventListener("change", (event) => { if (event.target !== input) input.focus(); });
  /* Half a scan outlives a change of page; what was entered is kept by the queue. */
  const HALF = "desk-half";
  addEventListener("pagehide", () => { if (input.value) sessionStorage.setItem(HALF, input.value); });
  if (sessionStorage.getItem(HALF)) { input.value = sessionStorage.getItem(HALF) + input.value; sessionStorage.removeItem(HALF); }

  /* Not on the list: the form stands over the desk; when it is accepted, the desk goes on with that person. */
  const walkin = document.getElementById("walkin");
  const offDesk = () => refuse("没有网", "没有网不能现场登记，请写在备用表上");
  const ask = async (url, fields) => {
    let answer;
    let said;
    try {
      answer = await fetch(url, { method: fields ? "POST" : "GET", body: fields, headers: { Accept: "application/json" } });
      said = await answer.json();
    } catch { walkin.close(); offDesk(); return; }
    if (said.form) {
      walkin.innerHTML = said.form;
      if (!walkin.open) walkin.showModal();
      const first = walkin.querySelector("[aria-invalid=true], .is-invalid") || walkin.querySelector("form input:not([type=hidden])");
      if (first) first.focus();
      return;
    }
    walkin.close();
    take(said);
  };
  if (walkin) {
    document.getElementById("walkin-open").addEventListener("click", (event) => {
      event.preventDefault();
      input.value = "";
      if (isCut()) offDesk(); else ask(event.currentTarget.href);
    });
    walkin.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      ask(event.target.action, new FormData(event.target));
    });
  }
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("dialog [data-close]");
    if (closer) { event.preventDefault(); closer.closest("dialog").close(); input.focus(); }
  });

  const counter = document.getElementById("done");
  if (counter) setInterval(async () => {
    if (pending.length) return;
    const before = heard;
    try {
      const answer = await fetch(`${counter.dataset.url}?poll=1`, { headers: { Accept: "application/json" } });
      const counted = await answer.json();
      if (!answer.ok || pending.length || heard !== before) return;
      counter.textContent = counted.done;
      document.getElementById("expected").textContent = counted.expected;
      document.getElementById("seconds").textContent = counted.seconds;
      document.getElementById("pace").hidden = !counted.seconds;
      left();
    } catch { /* the next minute asks again */ }
  }, 60000);
  input.focus();
})();
