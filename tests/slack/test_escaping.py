"""Foreign text names nobody, links nowhere and formats nothing; what is cut says so."""

import pytest

from opsportal.slack import escaping

from .seeing import NASTY

J = "\u2060"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a & b", "a &amp; b"),
        ("&lt;", "&amp;lt;"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U0123456>", "&lt;@U0123456&gt;"),
        ("<!subteam^S0123456>", "&lt;!subteam^S0123456&gt;"),
        ("<https://evil.example|portal>", "&lt;https://evil.example|portal&gt;"),
        ("@here and @Everyone and @channel", f"@{J}here and @{J}Everyone and @{J}channel"),
        ("minji@example.com", "minji@example.com"),
        ("*bold*", "∗bold∗"),
        ("_it_ ~gone~", "ˍitˍ ∼gone∼"),
        ("`code`", "ˋcodeˋ"),
        ("my_stack_name 2*3", "my_stack_name 2*3"),
        ("__init__", "ˍˍinitˍˍ"),
        ("한*굵게*글", "한∗굵게∗글"),
        ("> quoted", f"{J}&gt; quoted"),
        ("a\n > b", f"a\n{J} &gt; b"),
        (":fire:", f":{J}fire:"),
        ("::fire:", f"::{J}fire:"),
        ("arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x"),
        ("10:30:45", "10:30:45"),
        ("a\0b", "a�b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("safe\u202eevil", "safeevil"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_foreign_text_is_harmless(text, shown):
    assert escaping.escape(text) == shown


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("&&&", 15, "&amp;&amp;&amp;"),
        ("&&&&", 15, "&amp;&amp;…"),
        ("a<b", 5, "a…"),
        ("🔥🔥🔥", 5, "🔥🔥…"),
        ("ab", 0, ""),
    ],
)
def test_what_is_cut_says_so_and_no_escape_is_cut(text, most, shown):
    assert escaping.escape(text, most) == shown


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("most", [1, 2, 5, 75, 300])
def test_it_fits_whatever_it_is(text, most):
    for shown in (escaping.escape(text, most), escaping.code(text, most + 2), escaping.code_line(text, most)):
        assert escaping.size(shown) <= most + 2
        assert "<" not in shown.strip("`")
    assert 0 < escaping.size(escaping.plain(text, most)) <= most


def test_secrets_are_hidden_before_anything_is_cut():
    assert escaping.escape("key AKIAABCDEFGHIJKLMNOP", 20) == "key ••••••"


def test_a_secret_is_found_behind_characters_that_can_not_be_seen():
    assert escaping.escape("AKIA\u200bABCDEFGHIJKLMNOP") == "••••••"


def test_code_is_copied_as_it_is():
    assert escaping.code("*.example.com _dmarc `x` <a>") == "`*.example.com _dmarc ˋxˋ &lt;a&gt;`"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ops.example.com/?a=1&b=2", "<https://ops.example.com/?a=1&amp;b=2|run ¦ 12>"),
        ("javascript:alert(1)", "run ¦ 12"),
        ("https://x|<!channel>", "run ¦ 12"),
    ],
)
def test_links_are_our_own(url, shown):
    assert escaping.link(url, "run | 12") == shown


@pytest.mark.parametrize(
    ("who", "shown"),
    [("U0123456", "<@U0123456>"), ("S0123456", "<!subteam^S0123456>"), ("here", ""), ("U1> <!here", ""), ("", "")],
)
def test_only_an_id_of_slack_calls_somebody(who, shown):
    assert escaping.mention(who) == shown
