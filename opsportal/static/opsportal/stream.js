// The live connection: one EventSource, opened again after the last line seen; tells when it has been quiet too long.
const QUIET = 3000, FIRST_TRY = 1000, LAST_TRY = 10_000, HIDDEN = 60_000;

/** `on`: line(data), state(data), counts(data), end(), away(since, nextTry), back(). `after()` gives the last line's number.
 *  Where there is nothing to follow yet, `tryNow` begins it. */
export function follow(address, after, on, live = true) {
  let source = null, heard = Date.now(), wait = FIRST_TRY, timer = null, away = false, over = !live, next = null, hiddenAt = null;

  const alive = () => {
    heard = Date.now();
    wait = FIRST_TRY;
    if (away) { away = false; on.back(); }
  };
  const hear = (name, work) => source.addEventListener(name, (event) => { alive(); work(event.data ? JSON.parse(event.data) : null); });
  const close = () => { clearTimeout(timer); source?.close(); source = null; };

  function open() {
    close();
    next = null;
    if (over) { over = false; heard = Date.now(); }
    source = new EventSource(`${address}?after=${after()}`);
    hear("line", on.line);
    hear("state", on.state);
    hear("counts", on.counts);
    hear("beat", () => {});
    hear("end", () => { over = true; close(); on.end(); });
    source.onopen = alive;
    source.onerror = retry;
  }
  function retry() {
    close();
    if (over) return;
    next = Date.now() + wait;
    timer = setTimeout(open, wait);
    wait = Math.min(LAST_TRY, wait * 2);
  }
  function watch() {
    if (over || hiddenAt) return;
    const now = Date.now();
    if (now - heard < QUIET) return;
    away = true;
    if (source?.readyState === EventSource.OPEN && now - heard > 2 * QUIET) retry();
    on.away(heard, next === null ? null : Math.max(0, next - now));
  }
  // A tab nobody looks at gives its connection back: browsers allow six to one host.
  document.addEventListener("visibilitychange", () => {
    if (over) return;
    if (document.hidden) timer = setTimeout(() => { hiddenAt = Date.now(); close(); }, HIDDEN);
    else if (hiddenAt) { hiddenAt = null; heard = Date.now(); open(); }
    else if (source) clearTimeout(timer);
  });
  setInterval(watch, 500);
  if (live) open();
  return { tryNow: open };
}
