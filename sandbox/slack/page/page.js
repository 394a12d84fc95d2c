// The workspace as one person sees it: channels, threads, modals, the App Home.
import { control, render, value } from "./kit.js";
import { mrkdwn, node, plain } from "./mrkdwn.js";

const at = (id) => document.getElementById(id);
const HOME = "home";
let seen = { version: -1 }, here = "", thread = "", names = new Map(), people = [], shown = "";

async function call(path, given) {
  const answer = await fetch(`/_sandbox/${path}`, given && { method: "POST", body: JSON.stringify(given) });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return found;
}

async function act(path, given) {
  at("said").textContent = "";
  try {
    const found = await call(path, { user: at("me").value, ...given });
    if (found.acknowledged === false) at("said").textContent = `The app did not answer: ${found.error ?? found.problems.join(", ")}.`;
  } catch (error) {
    at("said").textContent = error.message;
  }
  await refresh();
}

const escaped = (text) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
const time = (ts) => new Date(ts * 1000).toLocaleTimeString();

function message(channel, each) {
  const marks = [time(each.ts), each.edited && "edited", each.seen_by && "only visible to you", each.broadcast && "also sent to the channel"];
  const made = node("article", { id: `m${each.ts}` }, node("div", { className: "who" }, node("strong", {}, names.get(each.user) ?? "Slackbot"),
    ...marks.filter(Boolean).map((mark) => node("span", {}, mark))));
  const use = (element, chosen) => act("click", { channel: channel.id, ts: each.ts, action_id: element.action_id, value: chosen });
  if (each.blocks) made.append(...each.blocks.map((block) => render(block, names, people, use)));
  else made.append(mrkdwn(each.text, names));
  if (!each.seen_by && !each.is_reply) made.append(reply(each));
  if (each.reactions) made.append(node("p", { className: "note" }, each.reactions.map((one) => `:${one.name}: ${one.count}`).join("  ")));
  return made;
}

function reply(each) {
  const made = node("button", { type: "button", className: "quiet" }, "Reply in thread");
  made.addEventListener("click", () => { answering(each.ts); at("text").focus(); });
  return made;
}

function answering(ts) {
  thread = ts;
  at("where").hidden = !ts;
  at("text").placeholder = ts ? "Reply in the thread" : "Message, @opsbot or /command";
}

function conversation(channel) {
  const visible = channel.messages.filter((each) => !each.seen_by || each.seen_by === at("me").value);
  const replies = (ts) => visible.filter((each) => each.is_reply && each.thread_ts === ts);
  const top = visible.filter((each) => !each.is_reply || each.broadcast || !visible.some((other) => other.ts === each.thread_ts));
  return top.map((each) => {
    const made = message(channel, each);
    const below = each.is_reply ? [] : replies(each.ts);
    if (below.length) {
      const title = `${below.length} ${below.length === 1 ? "reply" : "replies"}`;
      made.append(node("details", { open: true, className: "thread" }, node("summary", {}, title), ...below.map((one) => message(channel, one))));
    }
    return made;
  });
}

function home() {
  const view = seen.homes.find((each) => each.user === at("me").value);
  if (!view) return [node("p", { className: "note" }, "The app has published nothing here yet.")];
  const use = (element, chosen) => act("click", { view_id: view.id, action_id: element.action_id, value: chosen });
  return view.blocks.map((block) => render(block, names, people, use));
}

function field(view, block) {
  const id = `${block.block_id}.${block.element.action_id}`;
  const made = control(block.element, names, people, id);
  const grouped = made.tagName === "DIV";
  const label = plain(block.label.text) + (block.optional ? " (optional)" : "");
  const wrong = view.errors[block.block_id];
  if (!grouped) made.id = id;
  made.dataset.input = id;
  return node(grouped ? "fieldset" : "div", { className: "field" }, grouped ? node("legend", {}, label) : node("label", { htmlFor: id }, label), made,
    block.hint ? node("p", { className: "note" }, plain(block.hint.text)) : null, wrong ? node("p", { className: "wrong", role: "alert" }, wrong) : null);
}

function typed(view, form) {
  const inputs = view.blocks.filter((block) => block.type === "input");
  return Object.fromEntries(inputs.map((block) => {
    const id = `${block.block_id}.${block.element.action_id}`;
    return [id, value(block.element, form.querySelector(`[data-input="${CSS.escape(id)}"]`))];
  }));
}

function modal() {
  const dialog = at("modal"), view = seen.views.filter((each) => each.user === at("me").value).at(-1);
  const key = view ? view.id + view.hash + JSON.stringify(view.errors) : "";
  if (key === shown) return;
  const kept = view && shown.startsWith(view.id + view.hash) ? typed(view, dialog) : null;
  shown = key;
  if (!view) return dialog.close();
  dialog.replaceChildren(form(view));
  if (kept) restore(view, dialog, kept);
  if (!dialog.open) dialog.showModal();
}

function form(view) {
  const made = node("form", {}, node("h2", { id: "modal-title" }, plain(view.title.text)));
  const use = (element, chosen) => act("click", { view_id: view.id, action_id: element.action_id, value: chosen, values: typed(view, made) });
  for (const block of view.blocks) made.append(block.type === "input" ? field(view, block) : render(block, names, people, use));
  const close = node("button", { type: "button" }, view.close ? plain(view.close.text) : "Cancel");
  close.addEventListener("click", () => act("close", { view_id: view.id }));
  made.append(node("p", { className: "wrong", role: "alert" }), node("div", { className: "foot" }, close,
    view.submit ? node("button", { className: "primary" }, plain(view.submit.text)) : null));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    await act("submit", { view_id: view.id, values: typed(view, made) });
    made.querySelector(":scope > .wrong").textContent = at("said").textContent;
  });
  return made;
}

function restore(view, dialog, kept) {
  for (const [id, old] of Object.entries(kept)) {
    const made = dialog.querySelector(`[data-input="${CSS.escape(id)}"]`), many = new Set([old].flat());
    if (made.tagName === "DIV") for (const each of made.querySelectorAll("input")) each.checked = many.has(each.value);
    else if (made.multiple) for (const each of made.options) each.selected = many.has(each.value);
    else made.value = old ?? "";
  }
}

function channels() {
  const entry = (id, label) => {
    const made = node("button", { type: "button" }, label);
    if (id === here) made.setAttribute("aria-current", "page");
    made.addEventListener("click", () => { here = id; answering(""); draw(); if (id === HOME) act("home", {}); at("title").focus(); });
    return node("li", {}, made);
  };
  const label = (each) => each.id.startsWith("D") ? "Direct messages" : `# ${each.name}${each.is_private ? " (private)" : ""}`;
  const mine = seen.channels.filter((each) => !each.id.startsWith("D") || each.name === `dm-${at("me").value}`);
  at("channels").replaceChildren(...mine.map((each) => entry(each.id, label(each))), entry(HOME, "App Home"));
}

function draw() {
  const box = at("messages"), low = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  const channel = seen.channels.find((each) => each.id === here);
  channels();
  at("title").textContent = channel ? `${channel.name}${channel.is_archived ? " (archived)" : ""}${channel.has_bot ? "" : " (without the bot)"}` : "App Home";
  at("composer").hidden = !channel;
  box.replaceChildren(...(channel ? conversation(channel) : home()));
  if (low) box.scrollTop = box.scrollHeight;
  modal();
}

async function refresh() {
  const now = await call("").catch(() => null);
  at("link").textContent = now ? `${now.sockets} ${now.sockets === 1 ? "connection" : "connections"} of the app` : "The sandbox does not answer.";
  if (!now || now.version === seen.version) return;
  const found = await call("workspace"), first = seen.version < 0;
  seen = found;
  people = found.users.filter((user) => !user.is_bot);
  names = new Map([...found.users, ...found.channels].map((each) => [each.id, each.name]));
  if (first) {
    at("me").replaceChildren(...people.map((user) => node("option", { value: user.id }, user.name)));
    here = (found.channels.find((each) => each.name === "ops") ?? found.channels[0]).id;
  }
  draw();
}

at("where").addEventListener("click", () => answering(""));
at("me").addEventListener("change", draw);
at("modal").addEventListener("cancel", (event) => {
  event.preventDefault();
  const view = seen.views.filter((each) => each.user === at("me").value).at(-1);
  if (view) act("close", { view_id: view.id });
});
at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim(), bot = seen.users.find((user) => user.is_bot);
  at("text").value = "";
  const [, command, rest] = text.match(/^\/(\S+)\s*([\s\S]*)$/) ?? [];
  if (command) act("command", { channel: here, command: `/${command}`, text: rest });
  else if (text) act("message", { channel: here, thread_ts: thread, text: escaped(text).replaceAll(`@${bot.name}`, `<@${bot.id}>`) });
  answering("");
});
await refresh();
setInterval(refresh, 1000);
