// The timeline: one row a step, bars on one scale, lines from what is needed to what needs it.
import { byId, el, svg, symbol } from "./dom.js";
import { isOpen, listed, look, run, shown, spans, steps } from "./steps.js";
import { texts } from "./texts.js";
import { about, ago, at, clock, fill, now, timeOfDay, words } from "./time.js";

const TICKS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 604800].map((s) => s * 1000);
const rows = byId("rows"), back = document.querySelector(".g-back"), axis = document.querySelector(".g-ticks"), waitsKey = document.querySelector("[data-waits]");
let start = 0, stop = 0, width = 0, room = 0, awayAt = null;

export const setAway = (since) => { awayAt = since; };
// What an undo finds done was done before it; a question it put after the end is none of the run's time.
const inside = (s) => s.from === undefined || ((s.to > start || s.from >= start) && s.from < stop);
const pc = (ms) => `${((ms / width) * 100).toFixed(2)}%`;

function scale(found, time) {
  const usualEnd = run.usual_seconds ? run.usual_seconds * 1000 : 0;
  const ends = [...found.values()].filter(inside).map((s) => (s.done ?? 0) - start);
  const need = Math.max(usualEnd, time - start, ...ends, 10_000);
  if (need > width || need < width * 0.6) width = need * 1.08;
}

function bar(kind, from, to) {
  const made = el("span", { class: kind });
  made.style.left = pc(from - start);
  made.style.width = pc(Math.max(0, to - from));
  return made;
}

/** How many narrow letters take as much room as the text: one of Korean takes nearly two. */
const cells = (text) => [...text].reduce((sum, letter) => sum + (letter >= "\u2e80" ? 1.8 : 1), 0);

/** The words beside a bar, on the side that has room, else over its end. `first`: the side to try first. */
function say(text, colour, from, to, { keep = false, first = "right" } = {}) {
  const made = el("span", { class: `g-say w-${colour}${keep ? " keep" : ""}`, title: text }, text);
  const need = Math.min(cells(text), 46) * 6.4 + 14, left = ((from - start) / width) * room, right = (1 - (to - start) / width) * room;
  const fits = { right: right >= need, left: left >= need };
  const side = fits[first] ? first : fits.right ? "right" : fits.left ? "left" : "over";
  if (side === "right") made.style.left = pc(to - start);
  else {
    made.classList.add("r");
    made.style.right = side === "left" ? `${room - left}px` : "0";
  }
  return made;
}

/** The time a step waited for a person is drawn over its bar. */
function waits(s) {
  return s.waits.map(([begin, end]) => {
    const made = bar("bar b-wait", begin, end);
    made.title = fill(texts.waited, { time: words(end - begin) });
    return made;
  });
}

function underWay(step, s, time) {
  const over = s.usual && s.worked > s.usual ? s.worked - s.usual : 0, made = [];
  if (s.left) made.push(bar("ghost", s.from, s.done));
  made.push(bar("bar b-live", s.from, time - over));
  if (over) made.push(bar("bar b-over", time - over, time), say(fill(texts.over, { time: words(over) }), "ask", s.from, time, { keep: true }));
  else if (s.usual) made.push(say(fill(texts.left, { time: about(s.left) }), "rest", s.from, s.done));
  else if (step.note) made.push(say(step.note, "rest", s.from, time));
  return [...made, ...waits(s)];
}

function asking(s) {
  const open = s.waits.at(-1)?.[0] ?? s.from;
  const made = [bar("bar b-live still", s.from, open), ...waits(s).slice(0, -1), bar("bar b-ask", open, s.to)];
  if (s.left) made.push(bar("ghost", s.to, s.done));
  return [...made, say(fill(texts.asked, { ago: ago(s.to - open) }), "ask", s.from, s.done, { keep: true })];
}

function bars(step, s, time) {
  const status = shown(step), [colour] = look(step);
  if (s.never) return [never(step, s, time)];
  if (!inside(s)) return [];
  if (s.expect !== undefined) {
    const made = s.usual ? [bar("ghost", s.expect, s.expect + s.usual)] : [];
    const text = step.status === "queued" && step.note ? step.note : s.last?.length ? fill(texts.after, { steps: listed(s.last) }) : "";
    if (text) made.push(say(text, "rest", s.expect, s.done, { first: "left" }));
    return made;
  }
  if (status === "running") return underWay(step, s, time);
  if (status === "asking") return asking(s);
  const made = [bar(`bar b-${colour}`, s.from, s.to), ...waits(s)];
  if ((status === "failed" || status === "abandoned") && why(step)) made.push(say(short(why(step)), "bad", s.from, s.to, { keep: true }));
  return made;
}

const why = (step) => step.cause || step.reason;
const short = (text, most = room < 500 ? 24 : 44) => (cells(text) > most ? `${text.slice(0, ((most - 2) * text.length) / cells(text))}…` : text);

function never(step, s, time) {
  const text = s.dead.length ? fill(isOpen() ? texts.never : texts.did_not, { steps: listed(s.dead) }) : texts.not_run;
  const made = say(text, "rest", time, time, { keep: true });
  made.classList.add("never");
  return made;
}

function took(step, s) {
  if (s.from === undefined) return s.usual ? [el("span", {}, clock(s.usual))] : [];
  const usual = s.usual ? el("span", {}, ` / ${clock(s.usual)}`) : null;
  return [document.createTextNode(clock(s.worked)), usual].filter(Boolean);
}

function lines(found) {
  const order = [...steps.keys()];
  return order.flatMap((key, i) => steps.get(key).needs.map((need) => {
    const from = found.get(need), to = found.get(key), j = order.indexOf(need);
    const begin = to?.from ?? to?.expect;
    if (!from || from.never || begin === undefined || j < 0 || j >= i || !inside(from) || !inside(to)) return null;
    const x = ((begin - start) / width) * 100, end = Math.min(((from.done - start) / width) * 100, x);
    return svg("path", { "data-from": need, "data-to": key, d: `M${end.toFixed(2)} ${j + 0.5}H${x.toFixed(2)}V${i + 0.3}` });
  })).filter(Boolean);
}

function backdrop(found, time) {
  const every = TICKS.find(fits) ?? TICKS.at(-1), marks = [];
  for (let t = every; t < width; t += every) marks.push(t);
  const grid = marks.map((t) => place(el("i", { class: "g-grid" }), t));
  const picture = svg("svg", { viewBox: `0 0 100 ${Math.max(1, steps.size)}`, preserveAspectRatio: "none" }, ...lines(found));
  const extra = run.usual_seconds ? [place(el("i", { class: "g-end" }), run.usual_seconds * 1000)] : [];
  if (isOpen()) extra.push(place(el("i", { class: "g-now" }), time - start));
  back.replaceChildren(...grid, picture, ...extra);
  const begin = timeOfDay(run.began_at).slice(0, every < 60_000 ? 8 : 5);
  axis.replaceChildren(el("span", { class: "first" }, begin), ...ticks(marks, begin));
}

/** Pixels that a label takes, with the space around it. */
const wide = (text) => cells(text) * 6.6 + 14;
/** Whether marks so far apart have room for their labels, and are not too many. */
const fits = (tick) => width / tick <= 7 && (tick / width) * axis.clientWidth >= wide(words(Math.floor(width / tick) * tick));

/** The labels of the marks that leave room for `begin`, the one at the left, and for the usual end. */
function ticks(marks, begin) {
  const usual = run.usual_seconds ? run.usual_seconds * 1000 : null, pixel = width / Math.max(1, axis.clientWidth);
  const past = (text) => (wide(begin) + wide(text) / 2 - 14) * pixel;
  const told = usual > past(texts.usual_end) ? wide(texts.usual_end) * pixel : 0;
  const free = marks.filter((t) => t > past(words(t)) && t < width * 0.97 && !(told && Math.abs(t - usual) < told));
  const made = free.map((t) => place(el("span", {}, words(t)), t));
  if (told) made.push(place(el("span", { class: usual > width * 0.9 ? "usual-end last" : "usual-end" }, texts.usual_end), usual));
  return made;
}

function place(made, ms) {
  made.style.left = pc(ms);
  return made;
}

/** Draws what time moves: bars under way, expected ones, the line of now. Rows themselves stay. */
export function draw() {
  const time = isOpen() ? awayAt ?? now() : at(run.ended_at) ?? now();
  const found = spans(time);
  start = at(run.began_at);
  stop = isOpen() ? Infinity : time;
  scale(found, time);
  room = rows.querySelector(".g-track")?.clientWidth ?? 0;
  for (const row of rows.children) {
    const step = steps.get(row.dataset.key), s = found.get(step.key);
    row.querySelector(".g-track").replaceChildren(...bars(step, s, time));
    row.querySelector(".g-time").replaceChildren(...took(step, s));
  }
  waitsKey.hidden = !rows.querySelector(".b-wait");
  backdrop(found, time);
}

/** Puts icon and word of one row right after its status changed. */
export function patch(key) {
  const row = rows.querySelector(`[data-key="${CSS.escape(key)}"]`), [colour, name, word] = look(steps.get(key));
  const box = row.querySelector("[data-icon]"), mark = box.querySelector("svg");
  box.className = colour;
  mark.setAttribute("class", `i i-${name}`);
  mark.querySelector("use").setAttribute("href", symbol(name));
  row.querySelector("[data-word]").textContent = word;
}

export function light(key, near) {
  for (const row of rows.children) {
    row.classList.toggle("sel", row.dataset.key === key);
    row.classList.toggle("off", Boolean(key) && !near.has(row.dataset.key));
    row.querySelector("button").setAttribute("aria-expanded", String(row.dataset.key === key));
  }
  for (const path of back.querySelectorAll("path")) path.classList.toggle("on", path.dataset.from === key || path.dataset.to === key);
}
