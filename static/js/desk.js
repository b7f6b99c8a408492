/* The sampling desk. Every scan gets its own number and waits in a queue until it is acknowledged, so that a lost answer
   is asked for again with the same number: nothing is lost, nothing is done twice. Without this script the form works too. */
(() => {
  "use strict";
  const form = document.getElementById("desk");
  const input = document.getElementById("scan");
  const holder = document.getElementById("answer");
  if (!form || !input || !holder) return;
  const field = (name) => form.elements[name];
  const STATE = ["step", "current", "found_at", "measured_at"];
  const ALWAYS = ["lane", "reason", "csrfmiddlewaretoken"];
  const OTHER_FIELD = "input:not(#scan), select, textarea";
  const queue = [];
  let sending = false;
  let composing = false;
  let clearing = 0;
  let next = null;

  const number = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(c) / 4)))).toString(16)));

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

  const showQueue = (words) => {
    const box = document.getElementById("queue");
    if (box) box.textContent = queue.length > 1 || words ? `${words || "排队"} ${queue.length} 条` : "";
    document.body.classList.toggle("is-cut", Boolean(words));
  };

  const show = (html, placeholder) => {
    holder.innerHTML = html;
    input.placeholder = placeholder;
  };
  const clear = () => {
    clearTimeout(clearing);
    if (next) { show(next.html, next.placeholder); next = null; }
  };

  const take = (said) => {
    clear();
    show(said.html, said.placeholder);
    if (field("reason")) field("reason").value = "";
    STATE.forEach((name) => { if (field(name)) field(name).value = said[name] || ""; });
    Object.entries(said.parts || {}).forEach(([id, html]) => { const part = document.getElementById(id); if (part) part.innerHTML = html; });
    const done = document.getElementById("done");
    if (done && said.delta) {
      done.textContent = Number(done.textContent) + said.delta;
      const expected = document.getElementById("expected");
      if (expected && Number(expected.textContent) < Number(done.textContent)) expected.textContent = done.textContent;
    }
    sound(said.sound);
    if (said.then) {
      next = { html: said.then, placeholder: said.next_placeholder };
      clearing = setTimeout(clear, said.clear);
    }
    if (said.labels) {
      document.getElementById("labels").innerHTML = said.labels;
      window.print();
    }
    input.focus();
  };

  const send = async () => {
    if (sending || !queue.length) return;
    sending = true;
    const scan = queue[0];
    /* Where the desk stands is fixed at the first attempt: the same number must say the same. */
    const values = (names) => Object.fromEntries(names.filter((name) => field(name)).map((name) => [name, field(name).value]));
    scan.at = scan.at || { ...values(STATE), ...values(ALWAYS) };
    const body = new FormData();
    Object.entries({ ...scan.at, token: scan.token, text: scan.text, do: scan.do }).forEach(([name, value]) => body.append(name, value));
    try {
      const stop = new AbortController();
      const patience = setTimeout(() => stop.abort(), 8000);
      const answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" }, signal: stop.signal, redirect: "manual" });
      clearTimeout(patience);
      if (answer.type === "opaqueredirect" || answer.status === 403) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      queue.shift();
      showQueue("");
      sending = false;
      take(said);
      send();
    } catch {
      showQueue("没有连上，还没送出");
      setTimeout(() => { sending = false; send(); }, 1500);
    }
  };

  const put = (text, what) => {
    queue.push({ token: number(), text, do: what || "" });
    showQueue(document.body.classList.contains("is-cut") ? "没有连上，还没送出" : "");
    send();
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
    if (button) { event.preventDefault(); input.value = ""; put("", button.value); return; }
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
  document.addEventListener("click", (event) => { if (!event.target.closest("a, button, label, summary") && !event.target.closest(OTHER_FIELD)) input.focus(); });
  addEventListener("focus", () => { if (!document.activeElement || !document.activeElement.closest(OTHER_FIELD)) input.focus(); });
  /* A choice beside the field gives the focus back at once. */
  form.addEventListener("change", (event) => { if (event.target !== input) input.focus(); });
  addEventListener("beforeunload", (event) => { if (queue.length) event.preventDefault(); });

  const counter = document.getElementById("done");
  if (counter) setInterval(async () => {
    if (queue.length) return;
    try {
      const answer = await fetch(`${counter.dataset.url}?poll=1`, { headers: { Accept: "application/json" } });
      if (!answer.ok || queue.length) return;
      const counted = await answer.json();
      counter.textContent = counted.done;
      document.getElementById("expected").textContent = counted.expected;
    } catch { /* the next minute asks again */ }
  }, 60000);
  input.focus();
})();
