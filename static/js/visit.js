// A visit on the phone: the button that saves it says what it saves, the fold of the next one says its day.
(() => {
  "use strict";
  const form = document.querySelector("form.visit");
  if (!form) return;
  const all = (selector) => [...form.querySelectorAll(selector)];
  const photos = document.getElementById("id_photos");
  const save = form.querySelector("[data-save-words]");
  const calls = form.dataset.calls.split(" ");
  const isCall = () => all('input[name="channel"]').some((radio) => radio.checked && calls.includes(radio.value));

  const words = () => {
    const count = photos ? photos.files.length : 0;
    const what = isCall() ? "存下通话" : "存下走访";
    save.textContent = count ? `${what}和 ${count} 张照片` : what;
  };
  form.addEventListener("photos", words);
  all('input[name="channel"]').forEach((radio) => radio.addEventListener("change", words));
  words();

  const next = form.querySelector('input[name="next_on"]');
  const said = form.querySelector("[data-next-words]");
  const tell = () => {
    if (!next || !said) return;
    const [, month, day] = next.value.split("-");
    said.textContent = next.value ? `　${Number(month)}月${Number(day)}日` : "　不排";
  };
  if (next) next.addEventListener("change", tell);
  tell();
})();
