// The server's clock, and durations as people say them (the same as pages/durations.py).
import { texts } from "./texts.js";

let offset = 0;

export const setNow = (iso) => { offset = Date.parse(iso) - Date.now(); };
export const now = () => Date.now() + offset;
export const at = (iso) => (iso ? Date.parse(iso) : null);

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** Such as 48 s, 3 min 12 s, 24 min, 3 h 58 min; `ms` in milliseconds. */
export function words(ms) {
  const s = Math.max(0, Math.round(ms / 1000)), min = Math.floor(s / 60), h = Math.floor(min / 60);
  if (min < 1) return fill(texts.s, { n: s });
  if (min < 10 && s % 60) return fill(texts.min_s, { n: min, s: s % 60 });
  if (h < 1) return fill(texts.min, { n: min });
  if (h < 24) return fill(min % 60 ? texts.h : texts.hours, { n: h, m: min % 60 });
  return fill(h % 24 ? texts.d : texts.days, { n: Math.floor(h / 24), h: h % 24 });
}

/** An estimate: whole minutes, or within a minute and a half whole fives of seconds. */
export const about = (ms) => words(ms < 90_000 ? Math.max(1, Math.round(ms / 5000)) * 5000 : Math.round(ms / 60_000) * 60_000);

/** Such as 9:18 or 1:02:03. */
export function clock(ms) {
  const s = Math.max(0, Math.round(ms / 1000)), min = Math.floor(s / 60), h = Math.floor(min / 60);
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(min % 60)}:${two(s % 60)}` : `${min}:${two(s % 60)}`;
}

export function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return fill(texts.s_ago, { n: s });
  if (s < 3600) return fill(texts.min_ago, { n: Math.floor(s / 60) });
  if (s < 86400) return fill(texts.h_ago, { n: Math.floor(s / 3600) });
  return fill(texts.d_ago, { n: Math.floor(s / 86400) });
}

export const timeOfDay = (iso) => new Date(iso).toLocaleTimeString("en-GB");
