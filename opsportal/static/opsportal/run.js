// The page of one run: ties the stream to the timeline, the graph, the events and the parts that Django words.
import * as counts from "./counts.js";
import { byId, el } from "./dom.js";
import * as gantt from "./gantt.js";
import * as graph from "./graph.js";
import * as log from "./log.js";
import * as parts from "./parts.js";
import { isOpen, listed, needed, replace, run, steps, take } from "./steps.js";
import { follow } from "./stream.js";
import { facts, texts } from "./texts.js";
import { at, fill, now, setNow, words } from "./time.js";

const page = byId("run"), away = byId("away");
let picked = null, approval = facts.approval, awayShown = null;

function pick(key) {
  picked = key;
  light();
  detail();
  log.pickStep(key);
}

function light() {
  const near = new Set(picked ? [picked, ...steps.get(picked).needs, ...needed(picked)] : []);
  gantt.light(picked, near);
  graph.light(picked, near);
}

function detail() {
  const box = byId("detail"), step = picked && steps.get(picked);
  if (!step) return box.replaceChildren(el("span", { class: "muted" }, texts.choose));
  const all = (names) => (names.length ? listed(names, 8) : texts.nothing);
  const text = fill(texts.needs, { step: "\u0000", needs: all(step.needs), needed: all(needed(picked)) }).split("\u0000");
  const extra = [step.note, step.progress_of ? fill(texts.progress, { done: step.progress_done, of: step.progress_of }) : "", step.cause || step.reason].filter(Boolean);
  return box.replaceChildren(text[0], el("strong", {}, picked), text[1] ?? "", ...extra.map((part) => ` · ${part}`));
}

function pace() {
  const box = page.querySelector("[data-elapsed]");
  if (!box || !isOpen()) return;
  const passed = (awayShown ?? now()) - at(run.began_at), usual = run.usual_seconds * 1000;
  box.textContent = usual ? fill(texts.of_usual, { time: words(passed), usual: words(usual) }) : fill(texts.elapsed, { time: words(passed) });
  const bar = page.querySelector(".pace-bar");
  if (!bar) return;
  bar.classList.toggle("over", passed > usual);
  bar.firstElementChild.style.width = `${Math.min(100, (passed / usual) * 100)}%`;
}

function draw() {
  gantt.draw();
  light();
  pace();
}

/** What the stream says of the run and its steps. A step it names that we don't know came with a new plan. */
function state(message) {
  setNow(message.now);
  if ((message.steps ?? []).some((step) => !steps.has(step.key))) parts.refresh();
  const before = new Map([...steps].map(([key, step]) => [key, step.status])), was = run.status;
  const changed = take(message);
  changed.forEach((key) => { gantt.patch(key); graph.patch(key); });
  draw();
  if (changed.includes(picked)) detail();
  const ended = changed.some((key) => steps.get(key).status !== before.get(key));
  if (ended || was !== run.status || message.approval !== approval) parts.refresh();
  approval = message.approval;
}

/** The plan is there: the steps it made get their rows. */
function planned({ detail: { rows, facts: fresh } }) {
  setNow(fresh.now);
  if (fresh.steps.every((step) => steps.has(step.key))) return;
  replace(fresh);
  byId("rows").innerHTML = rows;
  log.offer([...steps.keys()]);
  graph.draw();
  draw();
}

const queue = [];
/** Lines of a burst go in together. */
function queued(line) {
  if (queue.push(line) === 1) setTimeout(() => log.append(queue.splice(0)), 60);
}

function lost(since, next) {
  awayShown ??= since + (now() - Date.now());
  gantt.setAway(awayShown);
  page.classList.add("away");
  away.hidden = false;
  away.querySelector("[data-away]").textContent = fill(texts.away, { time: words(Date.now() - since) });
  away.querySelector("[data-away-more]").textContent = next === null ? texts.trying : fill(texts.away_more, { time: words(next) });
}

function found() {
  awayShown = null;
  gantt.setAway(null);
  page.classList.remove("away");
  away.hidden = true;
  draw();
}

function rowsByKeyboard(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") return pick(null);
  if (!step || !event.target.classList.contains("g-name")) return undefined;
  event.preventDefault();
  const all = [...document.querySelectorAll(".g-name")];
  return all[(all.indexOf(event.target) + step + all.length) % all.length].focus();
}

function choose(event) {
  const target = event.target.closest("[data-key]");
  if (!target || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
  if (event.type === "keydown") event.preventDefault();
  pick(picked === target.dataset.key ? null : target.dataset.key);
}

/** Asks before what can't be taken back, and for a reason where one is needed. */
function guard(event) {
  const button = event.submitter, dialog = byId("confirm"), reason = button?.dataset.needs && byId(button.dataset.needs);
  if (reason && !reason.value.trim()) {
    event.preventDefault();
    reason.setCustomValidity(texts.reason_needed);
    reason.reportValidity();
    reason.addEventListener("input", () => reason.setCustomValidity(""), { once: true });
  } else if (button?.dataset.confirm && !button.dataset.sure) {
    event.preventDefault();
    byId("confirm-text").textContent = button.dataset.confirm;
    dialog.querySelector("[data-yes]").onclick = () => { button.dataset.sure = "1"; dialog.close(); event.target.requestSubmit(button); };
    dialog.querySelector("[data-no]").onclick = () => dialog.close();
    dialog.showModal();
  }
}

setNow(facts.now);
log.start(pick);
draw();
graph.draw();
byId("rows").addEventListener("click", choose);
byId("rows").addEventListener("keydown", rowsByKeyboard);
byId("graph").addEventListener("click", choose);
byId("graph").addEventListener("keydown", choose);
byId("act").addEventListener("submit", guard);
page.addEventListener("put", pace);
page.addEventListener("facts", planned);
document.querySelectorAll("[name=view]").forEach((radio) => radio.addEventListener("change", () => {
  const graphed = radio.value === "graph" && radio.checked;
  byId("graph").hidden = !graphed;
  byId("gantt").hidden = graphed;
  byId("legend").hidden = graphed;
}));
setInterval(() => { if (isOpen()) draw(); log.tick(); }, 1000);

const stream = follow(page.dataset.stream, log.lastNumber, {
  line: queued,
  state,
  counts: counts.show,
  end: () => { found(); parts.refresh(); counts.follow(); },
  away: lost,
  back: found,
}, isOpen());
away.querySelector("[data-try]").addEventListener("click", stream.tryNow);
if (!isOpen()) counts.follow();
// A run that is over may be retried or undone by somebody else: its next line tells.
setInterval(async () => { if (!isOpen() && !document.hidden && await log.hasMore()) stream.tryNow(); }, 5000);
byId(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");
