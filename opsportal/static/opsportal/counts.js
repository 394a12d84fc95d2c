// The counts in the sidebar, kept up to date while somebody looks. The page of a live run gets them by its own stream:
// one connection a page, since browsers allow six to one host.
const AGAIN = 30_000;
const address = document.querySelector("[data-counts]").dataset.counts;
let source = null, following = false;

export function show(counts) {
  for (const [name, number] of Object.entries(counts)) {
    document.querySelectorAll(`[data-count="${name}"]`).forEach((place) => { place.textContent = number || ""; });
  }
}

/** Follow the counts whenever the page is in sight, for who is shown any. */
export function follow() {
  following = document.querySelector("[data-count]") !== null;
  source?.close();
  source = null;
  if (document.hidden || !following) return;
  source = new EventSource(address);
  source.addEventListener("counts", (event) => show(JSON.parse(event.data)));
  source.onerror = retry;
}

/** A refused connection is not opened again by the browser itself. */
function retry() {
  if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN);
}

document.addEventListener("visibilitychange", () => { if (following) follow(); });
if (!document.getElementById("run")) follow();
