// A form inside [data-autosave] is kept on the server while it is being filled; nothing typed is lost when the page goes.
(() => {
  const box = document.querySelector("[data-autosave]");
  const form = box && box.querySelector("form");
  if (!form) return;
  const words = box.querySelector("[data-autosave-words]");
  let timer = 0;
  const keep = async () => {
    try {
      const answer = await fetch(box.dataset.autosave, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      if (words) words.textContent = answer.ok ? "已自动存下" : "";
    } catch {
      if (words) words.textContent = "没有连上，连上后会再存";
      timer = setTimeout(keep, 5000);
    }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 800); });
})();
