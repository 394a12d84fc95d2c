// The list of findings: how many are chosen and what they cost, all of the page at once, one open pop-up at a time.
const form = document.getElementById("chosen");
const bulk = form?.querySelector("[data-bulk]");

function boxes() {
  return [...form.querySelectorAll("input[name=pick]")];
}

function tell() {
  const chosen = boxes().filter((box) => box.checked), all = form.querySelector("[data-all]");
  const words = bulk.querySelector("[data-chosen]"), sum = bulk.querySelector("[data-sum]");
  const usd = chosen.reduce((total, box) => total + Number(box.dataset.usd), 0);
  words.textContent = chosen.length ? words.dataset.some.replace("{n}", chosen.length) : words.dataset.none;
  sum.textContent = usd ? sum.dataset.text.replace("{usd}", usd.toLocaleString("en", { style: "currency", currency: "USD" })) : "";
  tellCleanups(chosen);
  bulk.toggleAttribute("data-some", chosen.length > 0);
  bulk.querySelector(".deeds").hidden = chosen.length === 0;
  all.checked = chosen.length === boxes().length;
  all.indeterminate = chosen.length > 0 && !all.checked;
}

// What would be done with those chosen; one without a clean-up of its own stands in the way of a plan.
function tellCleanups(chosen) {
  const pop = bulk.querySelector("[data-cleanups]");
  if (!pop) return;
  const kinds = new Set(chosen.map((box) => box.dataset.cleanup));
  const rest = chosen.filter((box) => !box.dataset.cleanup).length, person = pop.querySelector("[data-person]");
  for (const section of pop.querySelectorAll("[data-kind]")) section.hidden = !kinds.has(section.dataset.kind);
  person.textContent = person.dataset.text.replace("{n}", rest);
  person.hidden = !rest;
  pop.querySelector("button").disabled = rest > 0;
  pop.hidden = rest === chosen.length;
}

if (bulk) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    tell();
  });
  addEventListener("pageshow", tell); // the browser may bring back what was chosen
  tell();
}

// A pop-up closes by Escape, and gives the focus back to its button.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(".pop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
