/* A checklist of exceptions: what is typed into [data-problem] says by itself that not all is in order; 都落实了 takes it back. */
(() => {
  "use strict";
  const fields = [...document.querySelectorAll("[data-problem]")];
  const form = fields.length ? fields[0].form : null;
  const answer = (value) => form.querySelector(`input[name="all"][value="${value}"]`);
  if (!form || !answer("problem")) return;
  fields.forEach((field) => field.addEventListener("input", () => { if (field.value.trim()) answer("problem").checked = true; }));
  answer("problem").addEventListener("change", () => {
    if (!fields.some((field) => field.closest("details").open)) fields[0].closest("details").open = true;
  });
  answer("fine").addEventListener("change", () => fields.forEach((field) => { field.value = ""; field.closest("details").open = false; }));
})();
