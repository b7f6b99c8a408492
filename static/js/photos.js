/* [data-photos] with a file input in its last child: photos taken one after the other add up, each is shown and can be taken
   away again; the input holds them all, so the form sends them as ever. */
(() => {
  "use strict";
  document.querySelectorAll("[data-photos]").forEach((box) => {
    const input = box.querySelector("input[type=file]");
    const words = box.lastElementChild.querySelector("span");
    let taken = [];
    const draw = () => {
      box.querySelectorAll(".photo-taken").forEach((one) => one.remove());
      taken.forEach((file, number) => {
        const frame = document.createElement("button");
        frame.type = "button";
        frame.className = "photo photo-taken";
        frame.setAttribute("aria-label", `去掉第 ${number + 1} 张`);
        const picture = document.createElement("img");
        picture.alt = `第 ${number + 1} 张`;
        picture.src = URL.createObjectURL(file);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
        const away = document.createElement("span");
        away.textContent = "去掉";
        frame.append(picture, away);
        frame.addEventListener("click", () => put(taken.filter((one) => one !== file)));
        box.insertBefore(frame, box.lastElementChild);
      });
      if (words) words.textContent = taken.length ? "再拍" : "拍照";
    };
    /* Written into the input, then told: whoever counts photos listens to `photos` on the box. */
    const put = (files) => {
      taken = files;
      const all = new DataTransfer();
      taken.forEach((file) => all.items.add(file));
      input.files = all.files;
      draw();
      box.dispatchEvent(new CustomEvent("photos", { bubbles: true, detail: taken.length }));
    };
    input.addEventListener("change", () => put([...taken, ...input.files]));
  });
})();
