// Slack's mrkdwn as nodes of the page, never as HTML.
const MARKS = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])/g;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

export const plain = (text) => text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);

export function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function reference(inner, names) {
  const [target, label] = inner.split("|");
  if (target.startsWith("@")) return node("strong", {}, `@${names.get(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return node("strong", {}, `#${names.get(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("!")) return node("span", {}, label ?? `@${target.slice(1)}`);
  if (/^(https?:|mailto:)/.test(target)) return node("a", { href: plain(target), rel: "noreferrer", target: "_blank" }, plain(label ?? target));
  return document.createTextNode(plain(`<${inner}>`));
}

function inline(text, names) {
  const made = document.createDocumentFragment();
  let end = 0;
  for (const found of text.matchAll(MARKS)) {
    const [whole, block, code, link, bold, italic, struck] = found;
    made.append(plain(text.slice(end, found.index).replace(block === undefined ? "" : /\n$/, "")));
    if (block !== undefined) made.append(node("pre", {}, plain(block.replace(/^\n/, ""))));
    else if (code !== undefined) made.append(node("code", {}, plain(code)));
    else if (link !== undefined) made.append(reference(link, names));
    else if (bold !== undefined) made.append(node("strong", {}, inline(bold, names)));
    else if (italic !== undefined) made.append(node("em", {}, inline(italic, names)));
    else made.append(node("s", {}, inline(struck, names)));
    end = found.index + whole.length + (block !== undefined && text[found.index + whole.length] === "\n" ? 1 : 0);
  }
  made.append(plain(text.slice(end)));
  return made;
}

export function mrkdwn(text, names) {
  const made = node("div");
  made.style.whiteSpace = "pre-wrap";
  for (const part of text.split(/((?:^&gt; ?.*(?:\n|$))+)/m)) {
    if (/^&gt;/.test(part)) made.append(node("blockquote", {}, inline(part.replace(/^&gt; ?/gm, "").trimEnd(), names)));
    else if (part) made.append(inline(part, names));
  }
  return made;
}
