// Block Kit as elements of the page. `use(element, value)` is called when a person uses one outside of a form.
import { mrkdwn, node, plain } from "./mrkdwn.js";

const text = (object, names) => object.type === "mrkdwn" ? mrkdwn(object.text, names) : node("div", {}, plain(object.text));
const options = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
const KINDS = { datepicker: "date", timepicker: "time", number_input: "number", email_text_input: "email", url_text_input: "url" };
const asked = (confirm) => !confirm || window.confirm(`${plain(confirm.title.text)}\n\n${plain(confirm.text.text)}`);

function button(element, use) {
  const made = node("button", { type: "button", className: element.style ?? "" }, plain(element.text.text));
  made.addEventListener("click", () => asked(element.confirm) && use(element, element.value));
  if (element.url && /^https?:/.test(element.url)) made.addEventListener("click", () => window.open(element.url, "_blank", "noreferrer"));
  return made;
}

function menu(element, names, people, many) {
  const made = node("select", { multiple: many });
  if (!many) made.append(node("option", { value: "" }, element.placeholder ? plain(element.placeholder.text) : "–"));
  const found = /users/.test(element.type)
    ? people.map((user) => ({ value: user.id, text: { text: user.name } }))
    : /conversations|channels/.test(element.type)
      ? [...names].filter(([id]) => id.startsWith("C")).map(([id, name]) => ({ value: id, text: { text: name } }))
      : options(element);
  const first = new Set([element.initial_option?.value, element.initial_user, element.initial_conversation, element.initial_channel,
    ...(element.initial_options ?? []).map((option) => option.value)]);
  for (const option of found) made.append(node("option", { value: option.value, selected: first.has(option.value) }, plain(option.text.text)));
  return made;
}

function choices(element, id) {
  const kind = element.type === "checkboxes" ? "checkbox" : "radio";
  const first = new Set([element.initial_option?.value, ...(element.initial_options ?? []).map((option) => option.value)]);
  return node("div", {}, ...options(element).map((option) => node("label", { className: "choice" },
    node("input", { type: kind, name: id, value: option.value, checked: first.has(option.value) }), plain(option.text.text))));
}

export function control(element, names, people, id) {
  if (element.type === "checkboxes" || element.type === "radio_buttons") return choices(element, id);
  if (/select$/.test(element.type)) return menu(element, names, people, element.type.startsWith("multi_"));
  const value = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  const placeholder = element.placeholder ? plain(element.placeholder.text) : "";
  if (element.multiline) return node("textarea", { value, placeholder });
  return node("input", { type: KINDS[element.type] ?? "text", value, placeholder, autocomplete: "off" });
}

export function value(element, made) {
  if (element.type === "checkboxes") return [...made.querySelectorAll(":checked")].map((each) => each.value);
  if (element.type === "radio_buttons") return made.querySelector(":checked")?.value ?? null;
  if (element.type.startsWith("multi_")) return [...made.selectedOptions].map((each) => each.value);
  return made.value === "" ? null : made.value;
}

function usable(element, names, people, use) {
  if (element.type === "button") return button(element, use);
  if (element.type === "image") return node("span", { className: "note" }, `[${element.alt_text}]`);
  const made = element.type === "overflow" ? menu(element, names, people, false) : control(element, names, people, element.action_id);
  made.setAttribute("aria-label", element.placeholder?.text ?? element.action_id);
  made.addEventListener("change", () => asked(element.confirm) && use(element, value(element, made)));
  return made;
}

export function render(block, names, people, use) {
  if (block.type === "divider") return node("hr");
  const made = node("div", { className: `block ${block.type}` });
  if (block.type === "header") made.append(node("h3", { className: "head" }, plain(block.text.text)));
  else if (block.type === "section") {
    const body = node("div", {}, block.text ? text(block.text, names) : null);
    if (block.fields) body.append(node("div", { className: "fields" }, ...block.fields.map((field) => text(field, names))));
    made.append(body);
    if (block.accessory) made.append(usable(block.accessory, names, people, use));
  } else if (block.type === "context") {
    made.append(...block.elements.map((each) => each.type === "image" ? node("span", {}, `[${each.alt_text}]`) : text(each, names)));
  } else if (block.type === "actions") made.append(...block.elements.map((each) => usable(each, names, people, use)));
  else if (block.type === "markdown") made.append(mrkdwn(block.text.replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/^#+ (.*)$/gm, "*$1*"), names));
  else if (block.type === "image") made.append(node("span", { className: "note" }, `[${block.alt_text}]`));
  else made.append(node("span", { className: "note" }, `[${block.type}]`));
  return made;
}
