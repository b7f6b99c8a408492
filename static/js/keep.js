/* What is typed into form[data-keep="name"] stays in this tab, under its author's name, until it is handed over: a reload, or a
   phone that throws the page out, loses nothing. Photos are not kept. [data-kept-words] says that it was brought back. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-keep]");
  const user = document.body.dataset.user || "";
  if (!form || !user) return;
  const key = `keep-${user}-${form.dataset.keep}`;
  const fields = () => [...form.elements].filter((field) => field.name && !["file", "hidden", "submit", "button"].includes(field.type));
  const isBox = (field) => field.type === "radio" || field.type === "checkbox";
  const isTyped = (field) => {
    if (isBox(field)) return field.checked !== field.defaultChecked;
    if (field.type === "select-one") return field.selectedIndex > 0 && !field.selectedOptions[0].defaultSelected;
    return field.value !== field.defaultValue;
  };

  const bringBack = () => {
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem(key)); } catch { kept = null; }
    if (!kept) return;
    fields().forEach((field) => {
      if (!(field.name in kept)) return;
      if (isBox(field)) field.checked = kept[field.name].includes(field.value);
      else [field.value] = kept[field.name];
      const fold = field.closest("details");
      if (fold && isTyped(field)) fold.open = true;
    });
    const words = document.querySelector("[data-kept-words]");
    if (words) words.textContent = "刚才填的还在";
  };
  const keep = () => {
    const kept = {};
    fields().forEach((field) => {
      kept[field.name] = kept[field.name] || [];
      if (!isBox(field) || field.checked) kept[field.name].push(field.value);
    });
    try { sessionStorage.setItem(key, JSON.stringify(kept)); } catch { /* a browser that keeps nothing */ }
  };
  bringBack();
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  /* The queue has it from here on (it stops the event at the document); refused, the form stands open with its words. */
  window.addEventListener("submit", (event) => { if (event.target === form) sessionStorage.removeItem(key); }, true);
})();
