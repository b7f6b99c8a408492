// A visit on the phone: what is typed as a problem speaks for itself, photos are counted on the button that saves them.
(() => {
  "use strict";
  const form = document.querySelector("form.visit");
  if (!form) return;
  const all = (selector) => [...form.querySelectorAll(selector)];
  const problem = form.querySelector('input[name="all"][value="problem"]');
  const fine = form.querySelector('input[name="all"][value="fine"]');
  const photos = document.getElementById("id_photos");
  const save = form.querySelector("[data-save-words]");
  const phone = form.querySelector('input[name="channel"][value="phone"]');

  const judge = () => {
    const written = all("[data-problem]").some((field) => field.value.trim());
    if (written && problem) problem.checked = true;
  };
  all("[data-problem]").forEach((field) => field.addEventListener("input", judge));
  if (problem) problem.addEventListener("change", () => { const first = form.querySelector(".check-rows details"); if (first && !form.querySelector(".check-rows details[open]")) first.open = true; });
  if (fine) fine.addEventListener("change", () => all("[data-problem]").forEach((field) => { field.value = ""; field.closest("details").open = false; }));

  /* Photos taken one after the other add up: each choice is joined to those before it. */
  const taken = new DataTransfer();
  const words = () => {
    const count = photos ? photos.files.length : 0;
    const what = phone && phone.checked ? "存下通话" : "存下走访";
    save.textContent = count ? `${what}和 ${count} 张照片` : what;
  };
  const draw = () => {
    const box = form.querySelector("[data-photos]");
    box.querySelectorAll(".photo-taken").forEach((one) => one.remove());
    [...photos.files].forEach((file, number) => {
      const frame = document.createElement("div");
      frame.className = "photo photo-taken";
      const picture = document.createElement("img");
      picture.alt = `第 ${number + 1} 张`;
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      frame.append(picture);
      box.insertBefore(frame, box.lastElementChild);
    });
    const again = box.lastElementChild.querySelector("span");
    if (again) again.textContent = photos.files.length ? "再拍" : "拍照";
  };
  if (photos) photos.addEventListener("change", () => {
    [...photos.files].forEach((file) => taken.items.add(file));
    photos.files = taken.files;
    draw();
    words();
  });
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
