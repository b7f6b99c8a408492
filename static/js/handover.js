/* Scanning a delivery note ticks its row; the field keeps the focus for the next one. */
(() => {
  "use strict";
  const form = document.querySelector("[data-handover]");
  const field = form && form.querySelector("[data-scan]");
  if (!field) return;
  const said = form.querySelector("[data-scan-said]");
  const button = form.querySelector(".phone-foot button");
  const boxes = () => [...form.querySelectorAll('input[name="pick"]')];
  const count = () => {
    const picked = boxes().filter((box) => box.checked).length;
    button.textContent = picked ? "确认接走 " + picked + " 张" : "确认接走";
  };

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const code = field.value.normalize("NFKC").toUpperCase().replace(/\s/g, "");
    field.value = "";
    if (!code) return;
    const box = boxes().find((one) => one.dataset.code === code);
    if (!box) { said.textContent = code + " 不在等您接走的配送单里"; return; }
    said.textContent = box.checked ? code + " 已经勾过" : "勾上了 " + code;
    box.checked = true;
    box.closest("label").scrollIntoView({ block: "nearest" });
    count();
  });
  form.addEventListener("change", count);
  count();
})();
