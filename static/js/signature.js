/* A signature drawn with the finger, the pen or the mouse; where this script does not run a code from a text message signs. */
(() => {
  "use strict";
  document.querySelectorAll("[data-signature]").forEach((block) => {
    const canvas = block.querySelector("[data-sign-canvas]");
    const value = block.querySelector("[data-sign-value]");
    const again = block.querySelector("[data-sign-again]");
    const pen = canvas.getContext("2d");
    let drawing = false;
    let last = null;

    canvas.hidden = false;

    const clear = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.strokeStyle = "#1a1f24";
      pen.lineWidth = 5;
      pen.lineCap = "round";
      pen.lineJoin = "round";
      value.value = "";
      again.hidden = true;
    };

    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
    };

    const line = (event) => {
      const here = point(event);
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...here);
      pen.stroke();
      last = here;
    };

    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      drawing = true;
      last = point(event);
      line(event);
    });
    canvas.addEventListener("pointermove", (event) => { if (drawing) line(event); });
    const lift = () => {
      if (!drawing) return;
      drawing = false;
      again.hidden = false;
      value.value = canvas.toDataURL("image/png");
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    again.addEventListener("click", clear);

    /* A page that comes back with errors keeps what was signed. */
    const kept = value.value;
    clear();
    if (kept.startsWith("data:image/png;base64,")) {
      const picture = new Image();
      picture.addEventListener("load", () => { pen.drawImage(picture, 0, 0); value.value = kept; again.hidden = false; });
      picture.src = kept;
    }
  });
})();
