// The steps of this run as they stand: what the stream changes, and what follows from it for each row.
import { facts, texts } from "./texts.js";
import { at, fill } from "./time.js";

export const run = facts.run;
export const steps = new Map(facts.steps.map((step) => [step.key, step]));
export const isOpen = () => facts.open.includes(run.status);

const DEAD = new Set(["failed", "skipped", "cancelled", "abandoned"]);
const WAITING = new Set(["blocked", "queued", "due"]);

/** A step between two looks at AWS is still under way. */
export const shown = (step) => (step.status === "due" && step.started_at ? "running" : step.status);
export const look = (step) => facts.looks[shown(step)];
export const needed = (key) => [...steps.values()].filter((step) => step.needs.includes(key)).map((step) => step.key);

export function listed(names, most = 3) {
  if (names.length <= most) return names.join(", ");
  return fill(texts.more, { names: names.slice(0, most).join(", "), n: names.length - most });
}

/** Takes over what a state message says; gives the keys of the steps that changed. */
export function take(message) {
  Object.assign(run, message.run);
  for (const change of message.steps ?? []) {
    const known = steps.get(change.key);
    if (known) Object.assign(known, change);
  }
  return (message.steps ?? []).filter((change) => steps.has(change.key)).map((change) => change.key);
}

/** All steps anew, after a plan was made. */
export function replace(fresh) {
  Object.assign(run, fresh.run);
  steps.clear();
  for (const step of fresh.steps) steps.set(step.key, step);
}

/** Where each step's bar begins and ends (ms), seen from `now`: what was, what is, what is expected. */
export function spans(now) {
  const found = new Map();
  const visit = (key) => {
    if (found.has(key) || !steps.has(key)) return;
    found.set(key, { done: now }); // should the needs go in a circle
    steps.get(key).needs.forEach(visit);
    found.set(key, span(steps.get(key), found, now));
  };
  [...steps.keys()].forEach(visit);
  return found;
}

function span(step, found, now) {
  const usual = step.usual_seconds ? step.usual_seconds * 1000 : null, from = at(step.started_at), status = shown(step);
  if (from === null || (!step.ended_at && WAITING.has(status))) return expected(step, found, now, usual);
  const to = at(step.ended_at) ?? now, waits = waited(step, from, to);
  const worked = to - from - waits.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const left = step.ended_at ? 0 : Math.max(0, (usual ?? 0) - worked);
  return { from, to, usual, waits, worked, left, done: to + left };
}

/** When this try of the step waited for a person's answer, as pairs of ms. */
function waited(step, from, to) {
  const asked = step.asks.map(([begin, end]) => [at(begin), Math.min(to, at(end) ?? to)]);
  return asked.filter(([begin, end]) => begin >= from && end > begin);
}

function expected(step, found, now, usual) {
  const dead = step.needs.filter((need) => steps.has(need) && (DEAD.has(steps.get(need).status) || found.get(need)?.never));
  if (!isOpen() || dead.length || DEAD.has(step.status)) return { never: true, dead, usual };
  const ready = step.needs.map((need) => found.get(need)?.done ?? now);
  const from = Math.max(now, ...ready);
  const last = step.needs.filter((need) => steps.has(need) && !steps.get(need).ended_at);
  return { expect: from, usual, done: from + (usual ?? 0), last };
}
