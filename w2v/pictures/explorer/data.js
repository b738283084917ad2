
// The words and what was computed of them, as the exporter wrote it.

const data = JSON.parse(document.getElementById("data").textContent);

function decode(Numbers, text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new Numbers(bytes.buffer);
}

const words = data.words; // the most frequent first
const count = words.length;
const positions = decode(Float32Array, data.positions); // x, y, x, y, …; y points up
const tones = decode(Uint8Array, data.tones); // 0 … data.toneCount - 1
const nearRows = decode(count > 65536 ? Uint32Array : Uint16Array, data.neighbors);
const nearCosines = decode(Int16Array, data.cosines);
const rowOf = new Map(words.map((word, row) => [word, row]));

function neighborsOf(row) {
  const found = [];
  for (let i = row * data.nearest; i < (row + 1) * data.nearest; i++) {
    found.push({ row: nearRows[i], cosine: nearCosines[i] / 32767 });
  }
  return found;
}

const fold = (text) => text.normalize("NFKC").toLowerCase();
let foldedWords = null;

/** Rows of words that are, begin with or contain what was typed, in this order. */
function findWords(typed, limit) {
  const wanted = fold(typed.trim());
  if (!wanted) return [];
  foldedWords ??= words.map(fold);
  const same = [], begin = [], contain = [];
  for (let row = 0; row < count; row++) {
    const at = foldedWords[row].indexOf(wanted);
    if (at > 0) {
      if (contain.length < limit) contain.push(row);
    } else if (at === 0) {
      (foldedWords[row].length === wanted.length ? same : begin).push(row);
    }
  }
  const typedRow = rowOf.get(typed.trim());
  const found = new Set(typedRow === undefined ? [] : [typedRow]);
  for (const row of [...same, ...begin.slice(0, limit), ...contain]) found.add(row);
  return [...found].slice(0, limit);
}

/** A word as people can see it: on one line, nothing invisible, not too long. */
function visible(word, limit = 60) {
  if (!word) return "(empty word)";
  const letters = [...word.slice(0, 4 * limit)];
  if (!word.trim()) return letters.slice(0, limit).fill("␣").join("");
  const cut = letters.length > limit ? letters.slice(0, limit - 1).join("") + "…" : letters.join("");
  return cut
    .replace(/[\u0000-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\u2028\u2029\u0085]/g, "␤")
    // Marks that turn the direction of text would reach beyond their word; half pairs are no letter.
    .replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu, "\ufffd");
}
