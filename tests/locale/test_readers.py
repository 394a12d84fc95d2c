"""Each page is in the language of its reader, and what was written down stays as it was written."""

import re
import subprocess
import sys

import pytest
from django.test import Client
from django.utils.translation import gettext_lazy, override
from pydantic import ValidationError

from config.env import ROOT, Env
from opsportal import words
from tests import factories
from tests.portal.conftest import html, signed_in

CHOOSE = "/accounts/language/"


def page(reader, path, language):
    return html(reader.get(path, follow=True, headers={"accept-language": language}))


def lang(text):
    return re.search(r'<html lang="([^"]*)"', text)[1]


def test_two_readers_see_the_same_run_each_in_their_language_and_its_lines_as_written(run):
    factories.line(run, "Deployed by olga.")
    path = f"/admin/opsportal/run/{run.pk}/"
    english, korean = (page(signed_in(factories.user()), path, language) for language in ("en", "ko-KR,ko;q=0.9"))
    assert ("Events of this run" in english, "이 실행의 이벤트" in korean) == (True, True)
    assert ("Deployed by olga." in english, "Deployed by olga." in korean) == (True, True)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/admin/", "지금 확인할 일"),
        ("/admin/opsportal/run/add/?runbook=stacks.deploy", "스택 배포"),
        ("/admin/opsportal/environment/", "환경"),
        ("/admin/opsportal/policy/add/", "정책"),
        ("/nowhere", "여기에는 아무것도 없습니다"),
        ("/accounts/sessions/", "세션"),
    ],
)
def test_a_page_says_in_which_language_it_is(admin, path, word):
    korean, english = page(admin, path, "ko"), page(admin, path, "en")
    assert (lang(korean), word in korean, lang(english), word in english) == ("ko", True, "en", False)


def test_the_page_to_sign_in_offers_both_languages(db):
    korean = page(Client(), "/accounts/login/", "ko")
    assert lang(korean) == "ko"
    assert ('lang="en"' in korean, ">한국어</button>" in korean, "로그인" in korean) == (True, True, True)


def test_a_reader_of_another_language_gets_the_installations(db, settings):
    settings.LANGUAGE_CODE = "ko"
    assert lang(page(Client(), "/accounts/login/", "de")) == "ko"


def test_who_has_chosen_a_language_keeps_it_whatever_the_browser_asks_for(admin):
    answer = admin.post(CHOOSE, {"language": "ko", "next": "/admin/opsportal/run/"})
    assert (answer.status_code, answer["location"]) == (302, "/admin/opsportal/run/")
    cookie = admin.cookies["django_language"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"] > 3e7) == (True, "Lax", True)
    assert lang(page(admin, "/admin/", "en")) == "ko"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_choice_of_language_leads_nowhere_else(admin, elsewhere):
    answer = admin.post(CHOOSE, {"language": "ko", "next": elsewhere}, headers={"referer": "https://evil.example/"})
    assert answer["location"] == "/"


def test_a_choice_of_language_from_elsewhere_is_refused(db):
    guarded = Client(enforce_csrf_checks=True)
    assert guarded.post(CHOOSE, {"language": "ko"}).status_code == 403
    assert "django_language" not in guarded.cookies


def test_a_language_there_is_not_changes_nothing(admin):
    admin.post(CHOOSE, {"language": "de", "next": "/"})
    assert lang(page(admin, "/admin/", "ko")) == "ko"


def test_the_account_menu_offers_both_languages(admin):
    text = page(admin, "/admin/", "en")
    assert all(f'name="language" type="hidden" value="{code}"' in text for code in ("en", "ko"))


def test_what_is_written_down_is_in_the_installations_language(settings):
    settings.LANGUAGE_CODE = "ko"
    with override("en"):
        assert words.on_record(gettext_lazy("Nothing had to change.")) == "변경할 것이 없었습니다."


def test_a_run_of_a_korean_installation_is_written_down_in_korean(db, settings):
    settings.LANGUAGE_CODE = "ko"
    run = factories.start({"a": []}, by=factories.user(username="olga"))
    assert run.lines.get().text == "시작한 사람: olga."


def test_another_language_for_the_installation_is_refused_with_a_sentence():
    with pytest.raises(ValidationError):
        Env(language_code="de")
    code = "from config.env import env; env()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env={"LANGUAGE_CODE": "de"}
    )
    assert done.stderr.strip().endswith("LANGUAGE_CODE: Input should be one of 'en', 'ko'")


def test_what_is_wrong_at_the_start_is_said_in_the_installations_language():
    code, known = "from config.env import env; env()", {"LANGUAGE_CODE": "ko", "LOG_LEVEL": "LOUD"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=known)
    assert "LOG_LEVEL: DEBUG, INFO, WARNING, ERROR 중 하나를 사용하십시오" in done.stderr
