/* The firm's name completes itself; without this script the name is matched on the server. */
(() => {
  "use strict";
  const input = document.querySelector("[data-suggest]");
  const form = input && input.closest("form");
  const hidden = form && form.querySelector("[data-suggest-id]");
  if (!form || !hidden) return;
  const list = document.createElement("ul");
  list.className = "suggest";
  list.id = "suggest-list";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let timer = 0;
  let asked = "";
  let active = -1;
  const options = () => [...list.children];
  const close = () => { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (next) => {
    active = next;
    options().forEach((option, number) => option.setAttribute("aria-selected", number === active ? "true" : "false"));
    if (active >= 0) input.setAttribute("aria-activedescendant", options()[active].id); else input.removeAttribute("aria-activedescendant");
  };
  const take = (option) => { input.value = option.textContent; hidden.value = option.dataset.id; close(); };
  const show = (found) => {
    list.replaceChildren(...found.map((one, number) => {
      const option = document.createElement("li");
      option.id = `suggest-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.id = one.id;
      option.textContent = one.name;
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    active = -1;
  };
  const ask = async () => {
    const text = input.value.trim();
    if (text === asked) return;
    asked = text;
    if (text.length < 2) { close(); return; }
    try {
      const answer = await fetch(`${form.dataset.suggestFrom}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
      const { found } = await answer.json();
      if (input.value.trim() === text && document.activeElement === input) show(found);
    } catch { close(); }
  };
  input.addEventListener("input", (event) => {
    hidden.value = "";
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 180);
  });
  input.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, 60); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark((active + 1) % options().length); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark((active - 1 + options().length) % options().length); }
    if (event.key === "Escape") close();
    if (event.key === "Enter" && active >= 0) { event.preventDefault(); take(options()[active]); }
  });
  input.addEventListener("blur", close);
})();
