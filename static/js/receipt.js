/* The reason for a shortage is asked for as soon as less is typed than was expected. */
(() => {
  "use strict";
  const form = document.querySelector("[data-receipt]");
  if (!form) return;
  form.querySelectorAll("[data-expected]").forEach((field) => {
    const row = field.closest("tr").nextElementSibling;
    const words = row.querySelector("[data-missing]");
    const show = () => {
      const expected = Number(field.dataset.expected);
      const typed = field.value.trim() === "" ? NaN : Number(field.value.replace(/,/g, ""));
      const short = Number.isFinite(typed) && typed < expected;
      row.hidden = !short;
      field.classList.toggle("form-control-attention", short);
      if (short) words.textContent = "少 " + Number((expected - typed).toFixed(3)).toLocaleString("zh-CN") + " " + words.dataset.unit + "，选一个原因";
      if (!short) row.querySelectorAll("select, [data-part]").forEach((one) => { one.value = ""; });
    };
    field.addEventListener("input", show);
    show();
  });
})();
