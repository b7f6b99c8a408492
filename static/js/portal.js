/* What every page does a little better with a script. Nothing here is needed to do the work. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const say = (words) => { const live = document.getElementById("live"); if (live) live.textContent = words; };

  /* A visible line for what a screen reader would only hear: a lost connection, a refused request. */
  const tell = (words) => {
    const box = document.getElementById("messages");
    say(words);
    if (!box) return;
    const line = document.createElement("div");
    line.className = "notice notice-refused";
    const text = document.createElement("p");
    text.textContent = words;
    line.append(text);
    box.replaceChildren(line);
  };

  /* "/" goes to the search box, unless something is being typed. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.getElementById("top-search");
    if (!box || !box.offsetParent) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  /* A row of words that is wider than the phone shows where one is. */
  all(".rooms [aria-current], .tabs [aria-current]").forEach((word) => {
    const row = word.parentElement;
    row.scrollLeft = word.offsetLeft - row.offsetLeft - (row.clientWidth - word.offsetWidth) / 2;
  });

  /* Menus: one open at a time; Escape and a click elsewhere close them. */
  const closeMenus = (except) => all("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement && document.activeElement.closest("details.menu[open]");
    closeMenus();
    if (menu) menu.querySelector("summary").focus();
  });

  /* Dialogs: data-dialog="id" opens, data-close closes; without a script the link or form behind them works. */
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) { event.preventDefault(); if (!dialog.open) dialog.showModal(); }
    const closer = event.target.closest("[data-close]");
    if (closer && closer.closest("dialog")) { event.preventDefault(); closer.closest("dialog").close(); }
    if (event.target.closest("[data-print]")) window.print();
  });

  /* Copy: data-copy="#id" copies that element's text and says so on the button. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const source = button && document.querySelector(button.dataset.copy);
    if (!source) return;
    const text = "value" in source ? source.value : source.innerText.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    const label = button.querySelector("[data-copy-label]") || button;
    const before = label.textContent;
    label.textContent = button.dataset.copied || "已复制";
    say(label.textContent);
    setTimeout(() => { label.textContent = before; }, 2000);
  });

  /* Submit once: the pressed button says so and stays shut; a page that comes back from the cache opens it again. */
  const shut = new Map();
  const open = () => { shut.forEach((words, button) => { button.disabled = false; button.innerHTML = words; }); shut.clear(); };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target || form.hasAttribute("data-again")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const pressed = event.submitter;
    setTimeout(() => {
      all("button:not([type=button]):not([type=reset])", form).forEach((button) => {
        shut.set(button, button.innerHTML);
        button.disabled = true;
        if (button === pressed && !form.closest(".desk-input")) button.textContent = document.body.dataset.busy;
      });
    });
    /* A file answer leaves the page where it is. */
    if (form.hasAttribute("data-download")) setTimeout(() => { delete form.dataset.sent; open(); }, 3000);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) { open(); all("form[data-sent]").forEach((form) => delete form.dataset.sent); }
  });

  /* Rows: the ink bar counts what is ticked; the head box ticks all; Shift ticks a run. */
  const bulk = (form) => {
    const bar = form.querySelector("[data-bulkbar]");
    const head = form.querySelector("[data-pick-all]");
    const whole = form.querySelector(".bulk-all input");
    let last = null;
    const boxes = () => all('input[name="pick"]', form);
    const show = () => {
      const picked = boxes().filter((box) => box.checked).length;
      if (head) { head.checked = picked > 0 && picked === boxes().length; head.indeterminate = picked > 0 && picked < boxes().length; }
      if (whole && picked < boxes().length) whole.checked = false;
      if (!bar) return;
      bar.toggleAttribute("data-empty", picked === 0);
      bar.querySelector("[data-bulk-count]").textContent = whole && whole.checked ? whole.parentElement.textContent.replace(/\D/g, "") : picked;
    };
    form.addEventListener("click", (event) => {
      const box = event.target.closest('input[name="pick"]');
      if (!box) return;
      if (event.shiftKey && last) {
        const row = boxes();
        const [from, to] = [row.indexOf(last), row.indexOf(box)].sort((a, b) => a - b);
        row.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
      }
      last = box;
    });
    form.addEventListener("change", (event) => {
      if (event.target === head || (event.target === whole && whole.checked)) boxes().forEach((box) => { box.checked = event.target.checked; });
      show();
    });
    form.addEventListener("reset", () => setTimeout(() => { boxes().forEach((box) => { box.checked = false; }); if (whole) whole.checked = false; show(); }));
    show();
  };

  /* Returning keeps filter, page and place: a list with data-keep-place remembers its query and scroll in this tab;
     a link with data-back="/enterprises/" leads to what was seen last. */
  const place = () => "place:" + location.pathname;
  const keepPlace = () => {
    if (!document.querySelector("[data-keep-place]")) return;
    const kept = JSON.parse(sessionStorage.getItem(place()) || "null");
    if (kept && kept.search === location.search && sessionStorage.getItem("returning") === location.pathname) scrollTo(0, kept.top);
    sessionStorage.removeItem("returning");
    addEventListener("pagehide", () => sessionStorage.setItem(place(), JSON.stringify({ search: location.search, top: scrollY })));
  };
  const leadBack = () => all("a[data-back]").forEach((link) => {
    const kept = JSON.parse(sessionStorage.getItem("place:" + link.dataset.back) || "null");
    if (!kept) return;
    link.href = link.dataset.back + kept.search;
    link.addEventListener("click", () => sessionStorage.setItem("returning", link.dataset.back));
  });

  /* A file is chosen on a face of our own, since the browser writes its button in its own language. The real input
     lies over it, so click, key and drop work as ever. */
  const face = (input) => {
    if (input.parentElement.classList.contains("file-pick")) return;
    const { choose = "选文件", chosen = "还没有选" } = document.body.dataset;
    const frame = document.createElement("div");
    const button = document.createElement("span");
    const names = document.createElement("span");
    frame.className = "file-pick";
    button.className = "btn";
    button.textContent = (input.accept || "").startsWith("image") && choose === "选文件" ? "选照片" : choose;
    names.className = "second";
    button.ariaHidden = names.ariaHidden = "true";
    input.replaceWith(frame);
    frame.append(button, names, input);
    const show = () => { names.textContent = [...input.files].map((file) => file.name).join("、") || chosen; };
    input.addEventListener("change", show);
    if (input.form) input.form.addEventListener("reset", () => setTimeout(show));
    show();
  };

  const prepare = (from) => {
    all("input[type=file]", from).filter((input) => !input.closest("[data-photos]")).forEach(face);
    all("form[data-bulk]", from).forEach(bulk);
    const summary = from.querySelector("[data-error-summary]");
    if (summary) summary.focus();
    all("select[data-submit], input[data-submit]", from).forEach((input) => input.addEventListener("change", () => input.form.requestSubmit()));
  };

  const start = () => { prepare(document); leadBack(); keepPlace(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();

  /* htmx: new parts are prepared too; a lost answer is said in words. */
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) prepare(event.detail.elt); });
  document.addEventListener("htmx:sendError", () => tell(document.body.dataset.lost));
  document.addEventListener("htmx:responseError", () => tell(document.body.dataset.lost));
})();
