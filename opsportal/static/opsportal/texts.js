// The translated words and the facts that Django wrote into the page.
const read = (id) => JSON.parse(document.getElementById(id).textContent);

export const texts = read("texts");
export const facts = read("facts");
