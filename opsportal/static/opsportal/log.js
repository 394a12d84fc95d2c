// The events: only ever appended to (or filled in above), filtered by hiding, followed unless the reader scrolls back.
import { byId, el, icon } from "./dom.js";
import { texts } from "./texts.js";
import { ago, at, fill, now, timeOfDay } from "./time.js";

const KEPT = 3000;
const log = byId("log"), follow = byId("follow"), pill = byId("pill"), older = byId("older").parentElement, none = byId("no-events");
const picker = byId("ev-step"), clockButton = byId("clock");
const address = byId("run").dataset.lines;
const rows = () => log.querySelectorAll(".ev");
let last = Math.max(0, ...[...rows()].map((row) => Number(row.dataset.n)));
// Per filter, from which number on the lines are here without a hole; 0: from the beginning.
const first = Number(log.querySelector(".ev")?.dataset.n ?? 1);
const from = new Map([["|", older.hidden ? 0 : first]]);
let missed = 0, top = 0, filling = null;

const level = () => document.querySelector("[name=level]:checked").value;
const filter = () => `${picker.value}|${level()}`;
const floor = () => from.get(filter()) ?? from.get("|");
export const lastNumber = () => last;

function matches(row) {
  const wanted = level();
  if (picker.value && row.dataset.step !== picker.value) return false;
  if (wanted && row.dataset.level !== wanted && row.dataset.level !== "error") return false;
  return Number(row.dataset.n) >= floor();
}

function make(line) {
  const mark = { warning: "ask", error: "bad" }[line.level] ?? "";
  const sign = line.level === "info" ? [] : [icon(line.level), el("span", { class: "sr" }, texts[line.level])];
  return el("div", { class: `ev ${mark}`.trim(), "data-n": line.number, "data-level": line.level, "data-step": line.step },
    el("span", {}, String(line.number)), when(el("time", { datetime: line.at })), el("span", { title: line.step }, line.step || texts.run),
    el("span", {}, ...sign), el("p", {}, line.text));
}

function when(time) {
  const passed = ago(now() - at(time.dateTime)), clock = timeOfDay(time.dateTime), exact = clockButton.getAttribute("aria-pressed") === "true";
  time.textContent = exact ? clock : passed;
  time.title = exact ? passed : clock;
  return time;
}

/** Appends live lines in order; a jump in their numbers is filled from the server first. */
export async function append(lines) {
  if (filling) await filling;
  for (const line of lines) {
    if (line.number <= last) continue;
    if (line.number > last + 1) {
      filling = refill(line.number);
      await filling;
      filling = null;
    }
    if (line.number > last) add(line);
  }
  settle();
}

async function refill(until) {
  while (last + 1 < until) {
    const page = await get({ after: last, limit: 500 }).catch(() => null);
    if (!page?.lines.length) return;
    page.lines.filter((line) => line.number > last && line.number < until).forEach(add);
  }
}

function add(line) {
  const row = make(line);
  last = line.number;
  row.hidden = !matches(row);
  log.append(row);
  if (!row.hidden && !follow.checked) missed += 1;
}

function settle() {
  none.hidden = [...rows()].some((row) => !row.hidden);
  if (follow.checked) {
    trim();
    log.scrollTop = log.scrollHeight;
  }
  pill.hidden = missed === 0;
  pill.textContent = fill(texts.new, { n: missed });
}

/** A reader who follows needs no thousands of old lines in the page: they can be asked for again. */
function trim() {
  const all = rows();
  if (all.length <= KEPT) return;
  for (let i = 0; i < all.length - KEPT; i += 1) all[i].remove();
  from.clear();
  from.set("|", Number(all[all.length - KEPT].dataset.n));
  older.hidden = false;
}

async function get(query) {
  const answer = await fetch(`${address}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

/** Whether the run has said something that is not here yet. */
export const hasMore = () => get({ after: last, limit: 1 }).then((page) => page.lines.length > 0, () => false);

/** Fills in older lines that match the filter, keeping what is in sight where it is. */
async function fillOlder() {
  const key = filter(), before = floor() || last + 1;
  const page = await get({ before, limit: 200, step: picker.value, level: level() }).catch(() => null);
  if (!page) return void (older.firstElementChild.title = texts.older_failed);
  const known = new Map([...rows()].map((row) => [Number(row.dataset.n), row])), height = log.scrollHeight - log.scrollTop;
  const sorted = [...known.keys()].sort((a, b) => a - b);
  for (const line of page.lines) {
    if (!known.has(line.number)) log.insertBefore(make(line), known.get(sorted.find((n) => n > line.number)) ?? null);
  }
  from.set(key, page.more ? page.lines[0].number : 0);
  show();
  log.scrollTop = log.scrollHeight - height;
}

function show() {
  const seen = [...rows()].filter((row) => { row.hidden = !matches(row); return !row.hidden; });
  older.hidden = floor() === 0;
  none.hidden = seen.length > 0;
  none.textContent = rows().length ? texts.no_match : texts.none;
  return seen.length;
}

/** Shows what the filter lets through; when that is little, older matches are asked for. */
export function refilter() {
  missed = 0;
  const seen = show();
  settle();
  if (seen < 50 && floor() > 0) fillOlder().then(settle);
}

export function pickStep(key) {
  picker.value = key ?? "";
  refilter();
}

/** The steps there are to choose from. */
export function offer(keys) {
  picker.replaceChildren(picker.options[0], ...keys.map((key) => el("option", {}, key)));
}

export const tick = () => { for (const row of rows()) if (!row.hidden) when(row.querySelector("time")); };

const nearEnd = () => log.scrollTop + log.clientHeight > log.scrollHeight - 40;

/** We only ever scroll to the end: whatever goes up is the reader, who then is left alone. */
function scrolled() {
  if (log.scrollTop < top && !nearEnd()) follow.checked = false;
  top = log.scrollTop;
  if (nearEnd() && missed) { missed = 0; settle(); }
}

export function start(onPick) {
  log.addEventListener("scroll", scrolled, { passive: true });
  const again = () => { missed = 0; settle(); };
  follow.addEventListener("change", again);
  pill.addEventListener("click", () => { follow.checked = true; again(); });
  byId("older").addEventListener("click", () => fillOlder());
  picker.addEventListener("change", () => onPick(picker.value || null));
  document.querySelectorAll("[name=level]").forEach((radio) => radio.addEventListener("change", refilter));
  clockButton.addEventListener("click", () => {
    clockButton.setAttribute("aria-pressed", String(clockButton.getAttribute("aria-pressed") !== "true"));
    tick();
  });
  byId("copy").addEventListener("click", copy);
  tick();
  settle();
}

async function copy(event) {
  const text = [...rows()].filter((row) => !row.hidden).map((row) => `${row.querySelector("time").dateTime} ${row.dataset.step} ${row.lastElementChild.textContent}`);
  const word = event.currentTarget.querySelector("span");
  await navigator.clipboard?.writeText(text.join("\n"));
  word.textContent = texts.copied;
}
