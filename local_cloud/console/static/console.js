// What the pages do beyond links and forms; each of them works without it.
"use strict";

function filterAsTyped(input) {
  const rows = [...document.getElementsByClassName(input.dataset.rows)];
  const count = document.getElementById("filter-count");
  // A page that came filtered from the server lacks the other rows: the form asks for them.
  if (input.value) return;
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    count.textContent = `${shown} of ${rows.length}`;
  });
}

function followLog(log) {
  const most = 5000;
  const pause = document.getElementById("log-pause");
  const state = document.getElementById("log-state");
  let waiting = [];
  let paused = false;

  function show(lines) {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.append(...lines.map((line) => document.createTextNode(`${line}\n`)));
    while (log.childNodes.length > most) log.firstChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    state.textContent = paused ? "Paused" : "Live";
    if (!paused) show(waiting.splice(0));
  });

  const source = new EventSource(log.dataset.source);
  source.addEventListener("begin", () => {
    waiting = [];
    log.replaceChildren();
    state.textContent = paused ? "Paused" : "Live";
  });
  source.addEventListener("message", (event) => {
    const lines = JSON.parse(event.data);
    if (!paused) return show(lines);
    waiting = waiting.concat(lines).slice(-most);
    state.textContent = `Paused, ${waiting.length} lines wait`;
  });
  source.addEventListener("error", () => { state.textContent = "The local cloud does not answer; trying again"; });
}

function showLines(graph) {
  const paths = [...graph.querySelectorAll("path")];
  const boxes = new Map([...graph.querySelectorAll("a")].map((box) => [box.id, box]));

  function look(box) {
    graph.classList.toggle("looking", Boolean(box));
    for (const each of [...boxes.values(), ...paths]) each.classList.remove("on");
    if (!box) return;
    box.classList.add("on");
    for (const path of paths) {
      if (path.dataset.from !== box.id && path.dataset.to !== box.id) continue;
      path.classList.add("on");
      boxes.get(path.dataset.from).classList.add("on");
      boxes.get(path.dataset.to).classList.add("on");
    }
  }

  const fit = document.getElementById("graph-fit");
  fit.hidden = false;
  fit.addEventListener("click", () => {
    const whole = graph.classList.toggle("whole");
    fit.setAttribute("aria-pressed", String(whole));
  });

  for (const box of boxes.values()) {
    box.addEventListener("pointerenter", () => look(box));
    box.addEventListener("pointerleave", () => look(null));
    box.addEventListener("focus", () => look(box));
    box.addEventListener("blur", () => look(null));
  }
}

document.querySelectorAll("input[data-rows]").forEach(filterAsTyped);
document.querySelectorAll("pre[data-source]").forEach(followLog);
document.querySelectorAll("svg.graph").forEach(showLines);
