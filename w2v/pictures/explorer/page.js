
// What people do: move, zoom, search, choose.

const byId = (id) => document.getElementById(id);
const canvas = byId("map"), query = byId("query"), suggestions = byId("suggestions");
const card = byId("card");
const map = new WordMap(canvas);
const MAX_SUGGESTIONS = 12;

// -- the chosen word -----------------------------------------------------------

function hashOf(word) {
  try {
    return "#" + encodeURIComponent(word);
  } catch {
    return ""; // half a surrogate pair has no form in an address
  }
}

function rowOfHash() {
  if (!location.hash) return -1;
  try {
    return rowOf.get(decodeURIComponent(location.hash.slice(1))) ?? -1;
  } catch {
    return -1;
  }
}

let ownHash = "";

function choose(row, smoothly = true) {
  const changed = row !== map.selected;
  map.select(row);
  card.hidden = row < 0;
  if (row >= 0 && changed) fillCard(row);
  measureInset();
  if (row >= 0) map.goTo(row, smoothly);
  const hash = row < 0 ? "" : hashOf(words[row]);
  if (rowOfHash() !== row && location.hash !== hash) location.hash = hash;
  ownHash = location.hash;
}

function fillCard(row) {
  byId("word").textContent = visible(words[row], 200);
  byId("rank").textContent =
    `Word ${(row + 1).toLocaleString("en")} of ${count.toLocaleString("en")} · nearest by cosine`;
  const entries = neighborsOf(row).map(({ row: near, cosine }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.row = near;
    const name = document.createElement("bdi");
    name.textContent = visible(words[near]);
    const value = document.createElement("data");
    value.value = cosine.toFixed(4);
    value.textContent = cosine.toFixed(3).replace("-", "−");
    const bar = document.createElement("i");
    bar.style.setProperty("--share", `${Math.max(cosine, 0) * 100}%`);
    button.append(name, value, bar);
    button.addEventListener("click", () => choose(near));
    button.addEventListener("pointerenter", () => map.hover(near));
    button.addEventListener("pointerleave", () => map.hover(-1));
    const entry = document.createElement("li");
    entry.append(button);
    return entry;
  });
  byId("neighbors").replaceChildren(...entries);
  byId("neighbors").scrollTop = 0;
  map.hover(-1);
  byId("spoken").textContent = entries.length
    ? `${visible(words[row])}, nearest: ${neighborsOf(row).slice(0, 3).map((near) => visible(words[near.row])).join(", ")}`
    : visible(words[row]);
}

function measureInset() {
  const boxes = [card, byId("search"), byId("zoom"), byId("about")]
    .map((panel) => panel.getBoundingClientRect());
  const [box, search] = boxes;
  const narrow = search.width > innerWidth * 0.7;
  map.inset = narrow ? { left: 0, top: search.bottom, bottom: box.height }
    : { left: box.right, top: 0, bottom: 0 };
  map.panels = boxes.filter((panel) => panel.width);
  map.labelledView = null;
  map.redraw();
}

byId("close").addEventListener("click", () => { choose(-1); canvas.focus(); });
addEventListener("resize", measureInset);
addEventListener("hashchange", () => {
  // Not every word has an address, so what the page set itself is not read back.
  if (location.hash !== ownHash) choose(rowOfHash());
});

// -- searching -------------------------------------------------------------------

let found = [];
let active = -1;

function suggest() {
  found = findWords(query.value, MAX_SUGGESTIONS);
  active = found.length ? 0 : -1;
  const entries = found.map((row, place) => {
    const entry = document.createElement("li");
    entry.id = `suggestion-${place}`;
    entry.role = "option";
    entry.dataset.row = row;
    const name = document.createElement("bdi");
    name.textContent = visible(words[row]);
    entry.append(name);
    return entry;
  });
  if (!entries.length && query.value.trim()) {
    const none = document.createElement("li");
    none.className = "none";
    none.textContent = "No such word";
    entries.push(none);
  }
  suggestions.replaceChildren(...entries);
  openSuggestions(entries.length > 0);
  activate(active);
}

function openSuggestions(open) {
  suggestions.hidden = !open;
  query.setAttribute("aria-expanded", String(open));
  if (!open) query.removeAttribute("aria-activedescendant");
}

function activate(place) {
  active = place;
  for (const [at, entry] of [...suggestions.children].entries()) {
    entry.setAttribute("aria-selected", String(at === place));
    if (at !== place) continue;
    query.setAttribute("aria-activedescendant", entry.id);
    entry.scrollIntoView({ block: "nearest" });
  }
}

function take(row) {
  query.value = "";
  openSuggestions(false);
  // On a phone the keyboard would stay over the map.
  if (matchMedia("(pointer: coarse)").matches) query.blur();
  choose(row);
}

query.addEventListener("input", suggest);
query.addEventListener("focus", () => { if (query.value.trim()) suggest(); });
query.addEventListener("blur", () => openSuggestions(false));
query.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length && !suggestions.hidden) {
    event.preventDefault();
    activate((active + step + found.length) % found.length);
  } else if (event.key === "Escape") {
    event.stopPropagation();
    if (!suggestions.hidden) openSuggestions(false);
    else if (query.value) query.value = "";
    else canvas.focus();
  }
});
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  if (query.value.trim() && suggestions.hidden) suggest();
  if (found.length && query.value.trim()) take(found[Math.max(active, 0)]);
});
// Pressing a suggestion must not take the focus, whose loss closes the list.
suggestions.addEventListener("pointerdown", (event) => event.preventDefault());
suggestions.addEventListener("click", (event) => {
  const entry = event.target.closest("li[data-row]");
  if (entry) take(Number(entry.dataset.row));
});

// -- moving the map ----------------------------------------------------------------

const pointers = new Map();
let travelled = 0;

canvas.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  canvas.setPointerCapture(event.pointerId);
  if (!pointers.size) travelled = 0;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  map.hover(-1);
});
canvas.addEventListener("pointermove", (event) => {
  const last = pointers.get(event.pointerId);
  if (!last) {
    if (event.pointerType !== "mouse") return;
    const row = map.wordAt(event.clientX, event.clientY, 9);
    map.hover(row);
    canvas.classList.toggle("pointing", row >= 0);
    return;
  }
  const dx = event.clientX - last.x, dy = event.clientY - last.y;
  travelled += Math.hypot(dx, dy);
  // A finger is never quite still; what moves a little only is a press.
  if (travelled < 5 && pointers.size === 1) return;
  canvas.classList.add("moving");
  if (pointers.size === 2) {
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    map.pan(dx / 2, dy / 2);
    map.zoom(after / Math.max(before, 1), (event.clientX + other.x) / 2, (event.clientY + other.y) / 2);
  } else if (pointers.size === 1) {
    map.pan(dx, dy);
  }
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
function release(event) {
  if (!pointers.delete(event.pointerId) || pointers.size) return;
  canvas.classList.remove("moving");
  if (event.type !== "pointerup" || travelled >= 5) return;
  const row = map.wordAt(event.clientX, event.clientY, event.pointerType === "mouse" ? 9 : 22);
  if (row >= 0) choose(row);
}
canvas.addEventListener("pointerup", release);
canvas.addEventListener("pointercancel", release);
canvas.addEventListener("pointerleave", () => map.hover(-1));
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  // Pinching on a touchpad comes as a wheel with Ctrl and small steps.
  const speed = event.ctrlKey ? 0.01 : 0.0016;
  map.zoom(Math.exp(-event.deltaY * lines * speed), event.clientX, event.clientY);
}, { passive: false });

byId("in").addEventListener("click", () => map.zoom(1.6));
byId("out").addEventListener("click", () => map.zoom(1 / 1.6));
byId("all").addEventListener("click", () => map.showAll());

const keys = {
  ArrowLeft: () => map.pan(80, 0), ArrowRight: () => map.pan(-80, 0),
  ArrowUp: () => map.pan(0, 80), ArrowDown: () => map.pan(0, -80),
  "+": () => map.zoom(1.6), "=": () => map.zoom(1.6), "-": () => map.zoom(1 / 1.6),
  0: () => map.showAll(),
};
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") choose(-1);
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target === query) return;
  event.preventDefault();
  query.focus();
  query.select();
});

measureInset();
if (location.hash) choose(rowOfHash(), false);
document.documentElement.wordMap = map; // for whoever looks at the page from its console
document.documentElement.dataset.ready = "";
