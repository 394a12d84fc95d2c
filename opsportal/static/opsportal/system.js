// The card that tells how opsportal itself is: read apart from the page, and again every ten seconds while somebody looks.
const AGAIN = 10_000;
const card = document.querySelector("[data-system]");

async function read() {
  if (document.hidden) return;
  try {
    const answer = await fetch(card.dataset.system, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    card.innerHTML = await answer.text();
    card.removeAttribute("data-away");
  } catch {
    card.toggleAttribute("data-away", true);
    card.querySelector("[data-wait]")?.replaceChildren(card.dataset.away);
  }
}

if (card) {
  read();
  setInterval(read, AGAIN);
  document.addEventListener("visibilitychange", read);
}
