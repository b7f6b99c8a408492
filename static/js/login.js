/* Shows and hides the password that is being typed. Without a script the field stays as it is. */
(() => {
  "use strict";
  document.querySelectorAll('.sign-in input[type="password"]').forEach((input) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn-plain";
    button.textContent = "显示";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.textContent = shown ? "显示" : "隐藏";
      button.setAttribute("aria-pressed", String(!shown));
      input.focus();
    });
    const row = document.createElement("div");
    row.className = "input-unit";
    input.replaceWith(row);
    row.append(input, button);
  });
})();
