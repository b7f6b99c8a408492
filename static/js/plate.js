/* Results of a box by keyboard, cell by cell in plate order: 1–4 answer, Enter goes down the column, arrows move, Del clears.
   Of an invalid tube the note says why: its eight reasons have the digits 1–8.
   A scanned barcode leads to its cell. A pasted column fills downwards; a line may be a word, or barcode and word, with a
   note behind; a word that nobody knows marks its cell and chooses nothing. What is chosen stands in hidden fields until the form is sent. */
(() => {
  "use strict";
  const plate = document.querySelector("[data-plate]");
  const panel = document.querySelector("[data-cell-panel]");
  if (!plate || !panel) return;
  const words = JSON.parse(document.getElementById("result-words").textContent);
  const shown = document.getElementById("plate-shown").content;
  const said = document.querySelector("[data-plate-said]");
  const part = (name) => panel.querySelector("[data-" + name + "]");
  const place = (cell) => Number(cell.dataset.position);
  const cells = [...plate.querySelectorAll("[data-cell]")].sort((one, other) => place(one) - place(other));
  const answers = [...panel.querySelectorAll("[data-answer]")].map((button) => button.dataset.answer);
  const cts = [...panel.querySelectorAll("[data-ct]")];
  const note = part("note-input");
  const reasons = [...panel.querySelectorAll("[data-word]")].map((button) => button.dataset.word);
  const held = (cell, name) => [...cell.querySelectorAll("input")].find((input) => name in input.dataset);
  const valueOf = (cell) => held(cell, "value").value;
  let here = cells[0];
  let scanned = "";

  const tell = (text = "") => {
    said.textContent = [text, "选了 " + cells.filter(valueOf).length + " / " + cells.length + " 管"].filter(Boolean).join("；");
  };
  const draw = (cell) => {
    const value = valueOf(cell);
    const look = [...shown.children].find((one) => one.dataset.value === value);
    cell.querySelector("[data-shown]").replaceChildren(...look.cloneNode(true).childNodes);
    cell.classList.toggle("is-suspect", Boolean(cell.dataset.fault.trim()) || Boolean(value && value !== "negative"));
    cell.setAttribute("aria-label", cell.dataset.cell + " " + cell.dataset.code + " " + look.textContent.trim());
  };
  const goTo = (cell, focus = true) => {
    if (!cell) return;
    here.classList.remove("is-here");
    here.tabIndex = -1;
    here = cell;
    here.classList.add("is-here");
    here.tabIndex = 0;
    part("name").textContent = here.dataset.cell + " 格";
    part("place").textContent = "箱内第 " + here.dataset.position + " 位";
    part("barcode").textContent = here.dataset.code;
    part("about").textContent = here.dataset.words;
    part("fault-said").textContent = here.dataset.fault.trim();
    cts.forEach((input) => { input.value = held(here, input.dataset.ct).value; });
    note.value = held(here, "note").value;
    part("why").hidden = valueOf(here) !== "invalid";
    if (focus) here.focus();
  };
  const step = (from, way) => {
    const wanted = place(from) + way;
    const ahead = cells.filter((cell) => (way > 0 ? place(cell) >= wanted : place(cell) <= wanted));
    return (way > 0 ? ahead[0] : ahead[ahead.length - 1]) || cells[way > 0 ? cells.length - 1 : 0];
  };
  const choose = (cell, value, fault = "") => {
    held(cell, "value").value = value;
    if (value !== "suspect" && value !== "positive") ["ctOrf1ab", "ctN"].forEach((name) => { held(cell, name).value = ""; });
    if (!value) held(cell, "note").value = "";
    cell.dataset.fault = fault;
    draw(cell);
  };
  const answer = (value) => {
    choose(here, value);
    tell();
    goTo(here);
    if (value === "suspect" || value === "positive") cts[0].focus();
    if (value === "invalid") note.focus();
  };
  const write = (text) => { held(here, "note").value = text.trim(); };

  const WAYS = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 8, ArrowLeft: -8 };
  plate.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const key = event.key;
    if (key === "Enter" && scanned) {
      const found = cells.find((cell) => cell.dataset.code === scanned);
      tell(found ? "" : scanned + " 不在这一箱要录的管里");
      scanned = "";
      goTo(found);
    } else if (key === "Enter") goTo(step(here, 1));
    else if (WAYS[key]) goTo(step(here, WAYS[key]));
    else if (/^[a-z]$/i.test(key) || (scanned && /^[0-9]$/.test(key))) scanned += key.toUpperCase();
    else if (answers[Number(key) - 1]) answer(answers[Number(key) - 1]);
    else if (key === "Delete" || key === "Backspace") answer("");
    else return;
    event.preventDefault();
  });
  plate.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell) goTo(cell);
  });
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-answer], [data-word]");
    if (!button) return;
    if (button.dataset.answer) answer(button.dataset.answer);
    else {
      write(button.dataset.word);
      goTo(step(here, 1));
    }
  });
  note.addEventListener("input", () => { write(note.value); });
  note.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const word = !note.value && valueOf(here) === "invalid" && reasons[Number(event.key) - 1];
    if (word) write(word);
    else if (event.key !== "Enter") return;
    event.preventDefault();
    goTo(step(here, 1));
  });
  cts.forEach((input, number) => {
    input.addEventListener("input", () => { held(here, input.dataset.ct).value = input.value.trim(); });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      if (cts[number + 1]) cts[number + 1].focus();
      else goTo(step(here, 1));
    });
  });

  const plain = (text) => text.normalize("NFKC").replace(/\s/g, "").replace(/[\u2010-\u2015\u2212\uFF0D]/g, "-").toUpperCase();
  plate.addEventListener("paste", (event) => {
    event.preventDefault();
    const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n+$/, "").split("\n");
    let number = cells.indexOf(here);
    let unknown = 0;
    let beyond = 0;
    lines.forEach((line) => {
      const pair = line.split("\t").map(plain).filter(Boolean);
      const cell = pair.length > 1 ? cells.find((one) => one.dataset.code === pair[0]) : cells[number];
      number += 1;
      if (!pair.length) return;
      const word = pair[pair.length > 1 ? 1 : 0];
      if (!cell) beyond += 1;
      else if (words[word]) {
        choose(cell, words[word]);
        if (pair[2]) held(cell, "note").value = pair[2].slice(0, 200);
      } else { choose(cell, "", "“" + word.slice(0, 12) + "”不是结果：请写阴性、阳性、可疑或无效"); unknown += 1; }
    });
    goTo(cells.find((cell) => cell.dataset.fault.trim()) || cells[Math.min(number, cells.length - 1)]);
    tell([unknown && unknown + " 格的词认不出，没有选", beyond && beyond + " 行对不上这一箱的管"].filter(Boolean).join("，"));
  });

  cells.forEach(draw);
  goTo(cells.find((cell) => cell.dataset.fault.trim()) || cells[0]);
  tell();
})();
