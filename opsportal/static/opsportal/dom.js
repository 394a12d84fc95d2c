// Small makers of elements; nothing is ever set as HTML but what Django rendered.
const icons = document.getElementById("run").dataset.icons;
const SVG = "http://www.w3.org/2000/svg";

export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function icon(name, size = "") {
  return svg("svg", { class: `i i-${name} ${size}`.trim(), "aria-hidden": "true" }, svg("use", { href: `${icons}#${name}` }));
}

export const symbol = (name) => `${icons}#${name}`;
export const byId = (id) => document.getElementById(id);
