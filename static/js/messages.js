/* Message history: on a wide page a row opens beside the table instead of on a page of its own. */
(() => {
  "use strict";
  const panel = document.getElementById("message-panel");
  if (!panel || !window.htmx) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || !panel.offsetParent || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    document.querySelectorAll("tr.is-chosen").forEach((row) => row.classList.remove("is-chosen"));
    link.closest("tr").classList.add("is-chosen");
    window.htmx.ajax("GET", link.href, { target: panel, swap: "innerHTML" });
  });
})();
