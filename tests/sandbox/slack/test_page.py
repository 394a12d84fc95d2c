import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import chromium

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go on"}, "value": "7"}
BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": "Run 7"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*bold* `code` <https://example.com|a link> &lt;b&gt;"}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Stack*\nshop"}]},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "by <@U0MINAKIM1>"}]},
    {"type": "actions", "elements": [BUTTON]},
]
NAME = {"type": "plain_text_input", "action_id": "name"}
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Start a run"},
    "submit": {"type": "plain_text", "text": "Start"},
    "blocks": [
        {"type": "input", "block_id": "stack", "label": {"type": "plain_text", "text": "Stack"}, "element": NAME}
    ],
}


@pytest.fixture(scope="module")
def chrome():
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def page(slack, chrome):
    """The page on a phone in the dark, which must ask nothing of other hosts and make no error."""
    opened = chrome.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
    problems = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: request.url.startswith(slack.url) or problems.append(request.url))
    opened.goto(slack.url)
    yield opened
    assert [each for each in problems if not each.startswith("data:")] == []
    opened.close()


@pytest.mark.parametrize("path", ["", "page.css", "page.js", "kit.js", "mrkdwn.js"])
def test_the_page_and_its_files_are_served(slack, path):
    with urllib.request.urlopen(f"{slack.url}/{path}") as answer:
        assert (answer.status, b"https://" in answer.read()) == (200, False)


def test_a_person_reads_messages_with_their_blocks_and_threads(client, page):
    ts = client.chat_postMessage(channel="ops", text="x", blocks=BLOCKS)["ts"]
    client.chat_postMessage(channel="ops", text="step *one*", thread_ts=ts)
    log = page.get_by_role("log")
    expect(log.get_by_role("heading", name="Run 7")).to_be_visible()
    expect(log.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.com")
    expect(log).to_contain_text("by @mina")
    expect(log).to_contain_text("<b>")
    expect(log.locator(".thread strong").last).to_have_text("one")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_on_the_page_keeps_somebody_from_using_it(client, page):
    client.chat_postMessage(channel="ops", text="x", blocks=BLOCKS)
    page.get_by_role("button", name="Go on").wait_for()
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_a_person_clicks_and_fills_a_modal(client, app, page):
    client.chat_postMessage(channel="ops", text="x", blocks=BLOCKS)
    page.get_by_role("button", name="Go on").click()
    client.views_open(trigger_id=app.next().payload["trigger_id"], view=MODAL)
    app.answers = {"response_action": "errors", "errors": {"stack": "There is none."}}
    page.get_by_label("Stack").fill("shop")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("There is none.")).to_be_visible()
    app.answers = None
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert app.next().payload["view"]["state"]["values"]["stack"]["name"]["value"] == "shop"


def test_a_person_types_messages_and_commands(app, page):
    app.answers = {"text": "Started."}
    line = page.get_by_label("Message or slash command")
    line.fill("/ops run deploy")
    line.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Started.")
    line.fill("@opsbot a < b")
    line.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("@opsbot a < b")
    kinds = [app.next() for _ in range(3)]
    assert {each.payload.get("command") or each.payload["event"]["type"] for each in kinds} == {
        *("/ops", "message", "app_mention")
    }


def test_a_person_answers_in_a_thread(slack, client, channels, page):
    ts = client.chat_postMessage(channel="ops", text="Go on?")["ts"]
    page.get_by_role("button", name="Reply in thread").click()
    line = page.get_by_label("Message or slash command")
    line.fill("yes")
    line.press("Enter")
    expect(page.locator(".thread")).to_contain_text("yes")
    replies = client.conversations_replies(channel=channels["ops"], ts=ts)["messages"]
    assert [each["text"] for each in replies] == ["Go on?", "yes"]


def test_what_the_app_does_not_answer_is_told(slack, client, app, page):
    slack.set(ack_seconds=0.05)
    app.silent = 1
    client.chat_postMessage(channel="ops", text="x", blocks=BLOCKS)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert").first).to_contain_text("did not answer")
