// The parts of the page that Django words: fetched again after a status changed, put in only where they differ.
import { byId } from "./dom.js";

const address = byId("run").dataset.parts;
const seen = new Map();
let timer = null;

/** Soon, once for many changes; not at the same instant in every browser that looks. */
export function refresh() {
  timer ??= setTimeout(load, 250 + Math.random() * 750);
}

async function load() {
  timer = null;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { html, rows, facts } = await answer.json();
  for (const [name, text] of Object.entries(html)) put(name, text);
  byId("run").dispatchEvent(new CustomEvent("facts", { detail: { rows, facts } }));
}

function put(name, html) {
  const place = document.querySelector(`[data-part="${name}"]`);
  if (seen.get(name) === html) return;
  seen.set(name, html);
  const restore = written(place);
  const open = new Set([...place.querySelectorAll("details[open][data-keep]")].map((d) => d.dataset.keep));
  place.innerHTML = html;
  place.querySelectorAll("details[data-keep]").forEach((d) => { if (open.has(d.dataset.keep)) d.open = true; });
  restore();
  place.dispatchEvent(new CustomEvent("put", { bubbles: true }));
}

/** Keeps what somebody is writing, and where the cursor is, over the exchange of a part. */
function written(place) {
  const texts = new Map([...place.querySelectorAll("textarea[id], input[id]")].map((input) => [input.id, input.value]));
  const active = place.contains(document.activeElement) ? document.activeElement : null, { id, selectionStart, selectionEnd } = active ?? {};
  return () => {
    for (const [key, text] of texts) if (text && byId(key)) byId(key).value = text;
    const again = id && byId(id);
    again?.focus();
    if (again?.setSelectionRange) again.setSelectionRange(selectionStart, selectionEnd);
  };
}
