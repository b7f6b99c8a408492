/* The door round's list, encrypted on the phone: without network the page comes up empty and is filled after the PIN. */
(() => {
  "use strict";
  const round = document.getElementById("round");
  const dialog = document.getElementById("kit");
  if (!round || !dialog || !window.parkKit) return;
  const part = (name) => document.getElementById(`kit-${name}`);
  const kits = window.parkKit;
  const queue = window.parkQueue;
  const SHELF = "park-door";
  const name = `door-${round.dataset.round}`;
  const isShell = Boolean(round.dataset.shell);
  const fault = (words) => { part("fault").textContent = words; };
  const done = (words) => { part("pin").value = ""; fault(""); dialog.close(); part("said").textContent = words; };

  /* A door that waits in the queue is shut, so that nobody is written down twice. */
  const shut = async () => {
    const waiting = queue ? (await queue.items()).filter((item) => item.state === "waiting").map((item) => item.url) : [];
    round.querySelectorAll(".door-stop").forEach((stop) => {
      if (![...stop.querySelectorAll("form")].some((form) => waiting.includes(form.action))) return;
      const said = document.createElement("p");
      said.textContent = "已存在这台设备上，连上后自动送出。";
      said.className = "notice queue-said";
      stop.querySelectorAll("form").forEach((form) => { form.inert = true; form.classList.add("is-queued"); });
      stop.querySelector("form").before(said);
      stop.open = false;
    });
  };
  const make = async (typed) => {
    const answer = await kits.ask(round.dataset.kit);
    if (!answer || !answer.ok) { fault(answer ? answer.said.text : "没有取到名单，请联网后再存"); return; }
    await kits.make(name, typed, answer.said.html, answer.said.seconds_left);
    await kits.shelve(round.dataset.worker, SHELF, location.pathname, round.dataset.shellPage).catch(() => null);
    done("名单已存在这台手机上");
  };
  const unlock = async (typed) => {
    const kept = await kits.kept(name);
    if (!kept || kits.isOver(kept)) { if (kept) await kits.throwAway(name, SHELF); fault("离线名单已经过期，请联网后重新存"); return; }
    let html;
    try { html = await kits.unlock(kept, typed); } catch { fault("PIN 不对，打不开名单"); return; }
    round.innerHTML = html;
    await shut();
    part("open").hidden = true;
    done("");
  };
  const show = () => {
    if (!kits.mayEncrypt()) {
      part("words").textContent = "名单要加密，浏览器只在 HTTPS 或本机地址（localhost）上允许。请用 https:// 打开这一页。";
      part("go").disabled = part("pin").disabled = true;
    }
    dialog.showModal();
    if (!part("pin").disabled) part("pin").focus();
  };
  part("open").addEventListener("click", show);
  dialog.addEventListener("click", (event) => { if (event.target.closest("[data-close]")) dialog.close(); });
  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = part("pin").value;
    if (!kits.isPin(typed)) { fault("PIN 要 6 到 12 位数字"); return; }
    if (isShell) unlock(typed); else make(typed);
  });
  /* What is over goes, whichever round it was. With network again the page comes from the portal. */
  const look = async () => {
    for (const one of (await kits.all()).filter((kept) => kept.session.startsWith("door-") && kits.isOver(kept))) await kits.throwAway(one.session, SHELF);
    if (isShell) show();
    else if (await kits.kept(name)) part("said").textContent = "名单已存在这台手机上";
  };
  look().catch(() => null);
  if (isShell && queue) queue.on(async ({ type }) => {
    if (type === "answered" && !(await queue.items()).some((item) => item.state === "waiting")) location.reload();
  });
})();
