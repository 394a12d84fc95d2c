"""Notices arrive, however often the first try fails, once for as long as nothing crashes in between."""

import base64
import email
import hashlib
import hmac
import threading
from datetime import timedelta

import pytest
from django.db import connection

from config import mailing
from opsportal import clock, policies
from opsportal.errors import Invalid, Refused
from opsportal.models import Audit, Notice
from opsportal.telling import mail, outbox, recipients, webhooks
from tasks import pump, worker
from tests import factories

from .conftest import SECRET, data, deliver

N = Notice.Status


@pytest.fixture
def notice(mails):
    run = factories.run()
    made = factories.notice(factories.policy([run.environment]), run, status="waiting", tries=0, error="")
    Notice.objects.update(due_at=made.created_at)
    made.refresh_from_db()
    return made


def to(notice, address):
    notice.to = address
    notice.save()
    return notice


def after(notice, **ago):
    """As if it had been written down so long ago, and were due."""
    Notice.objects.filter(pk=notice.pk).update(due_at=clock.now(), created_at=clock.now() - timedelta(**ago))


def test_a_mail_arrives_as_it_was_written(notice, mails):
    notice.subject, notice.text = "3 new\nfindings – Größe", "Zeile eins\nfür dev\n"
    notice.save()
    deliver(notice)
    (got,) = mails.mails
    mail = email.message_from_bytes(got.content, policy=email.policy.default)
    assert (got.mail_from, got.rcpt_tos) == ("opsportal@example.com", ["ops@example.com"])
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("3 new findings – Größe", "auto-generated")
    assert mail["Message-ID"] == f"<notice-{notice.pk}@localhost>"
    assert mail.get_content().replace("\r\n", "\n") == notice.text
    assert (notice.status, notice.due_at, notice.tries, notice.error) == (N.SENT, None, 1, "")


def test_what_was_sent_is_not_sent_again(notice, mails):
    deliver(notice, notice)
    assert len(mails.mails) == 1


def test_only_one_of_two_workers_sends_it(notice, mails):
    ready = threading.Barrier(2)

    def send():
        ready.wait()
        outbox.deliver(notice.pk)
        connection.close()

    both = [threading.Thread(target=send) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(mails.mails) == 1


def test_a_worker_that_died_with_it_is_followed_by_another(notice, mails):
    assert outbox.take(notice.pk, clock.now())
    deliver(notice)
    assert not mails.mails
    late = outbox.take(notice.pk, clock.now() + outbox.LEASE)
    assert late.tries == 2


def test_who_was_overtaken_says_nothing_any_more(notice):
    slow = outbox.take(notice.pk, clock.now())
    outbox.take(notice.pk, clock.now() + outbox.LEASE)
    assert not outbox.ours(slow).exists()


def test_what_a_person_sends_again_is_tried_again_soon(notice, settings):
    settings.EMAIL_PORT = 1
    after(notice, hours=30)
    deliver(notice)
    assert notice.status == N.FAILED
    outbox.again([notice.pk], factories.user(is_superuser=True))
    deliver(notice)
    assert round((notice.due_at - clock.now()).total_seconds(), -1) == 30


def test_a_mail_server_that_is_away_is_tried_again_later_and_later(notice, settings):
    settings.EMAIL_PORT = 1
    waits = []
    for seconds in (0, 30, 60, 120, 3000, 4000, 40_000):
        after(notice, seconds=seconds)
        deliver(notice)
        waits.append(round((notice.due_at - clock.now()).total_seconds(), -1))
    assert waits == [30, 30, 60, 120, 3000, 3600, 3600]
    assert "The mail server did not take it" in notice.error
    assert notice.status == N.WAITING


def test_it_is_given_up_after_a_day_and_says_why(notice, settings):
    settings.EMAIL_PORT = 1
    after(notice, days=1)
    deliver(notice)
    assert (notice.status, notice.due_at) == (N.FAILED, None)
    assert "refused" in notice.error


@pytest.mark.parametrize(
    ("says", "status", "words"),
    [
        ({"rcpt": "550 No such user"}, N.FAILED, "refuses the recipient: 550 No such user"),
        ({"rcpt": "450 Greylisted"}, N.WAITING, "refuses the recipient: 450 Greylisted"),
        ({"data": "451 Later"}, N.WAITING, "451"),
    ],
)
def test_what_the_mail_server_says_is_told(notice, mails, says, status, words):
    mails.says = says
    deliver(notice)
    assert notice.status == status
    assert words in notice.error


def test_a_fault_of_its_own_code_is_told_tried_again_and_ends(notice, monkeypatch):
    monkeypatch.setattr(mail, "send", lambda notice: {}["no such key"])
    deliver(notice)
    assert (notice.status, notice.due_at > clock.now()) == (N.WAITING, True)
    assert "opsportal's own code failed here, KeyError" in notice.error
    after(notice, days=1)
    deliver(notice)
    assert notice.status == N.FAILED


def test_without_a_mail_server_it_waits(notice, settings):
    settings.EMAIL_FROM = ""
    deliver(notice)
    assert (notice.status, notice.error) == (N.WAITING, "EMAIL_URL and EMAIL_FROM are not set.")


def test_a_webhook_is_signed_over_id_time_and_body(notice, receiver):
    notice.data = {"policy": "nightly", "runs": [{"run": 1}]}
    deliver(to(notice, receiver.address))
    ((headers, body),) = receiver.got
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) < 30
    assert (data(body)["runs"], data(body)["text"]) == ([{"run": 1}], notice.text)
    assert notice.status == N.SENT


def test_the_signature_is_that_of_the_specifications_example(settings):
    settings.WEBHOOK_SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
    content = b'{"event_type":"ping","data":{"success":true}}'
    made = webhooks.signature("msg_loFOjxBNrRLzqYUf", "1731705121", content)
    assert made == "rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


@pytest.mark.parametrize(("status", "end"), [(500, N.WAITING), (404, N.WAITING), (302, N.WAITING), (410, N.FAILED)])
def test_an_answer_that_is_no_success_is_told(notice, receiver, status, end):
    receiver.status, receiver.says, receiver.to = status, b"not\nnow " * 100, "http://127.0.0.1:1/elsewhere"
    deliver(to(notice, receiver.address))
    assert notice.status == end
    assert notice.error.startswith(f"The receiver answered {status}: not now")
    assert len(notice.error) < 250
    assert len(receiver.got) == 1


def test_a_host_that_was_taken_off_the_list_gets_nothing_more(notice, receiver, settings):
    settings.WEBHOOK_HOSTS = []
    deliver(to(notice, receiver.address))
    assert not receiver.got
    assert "Nothing may be sent to 127.0.0.1" in notice.error


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ops", "“ops” is neither an e-mail address nor the https:// address of a webhook. Write one a line."),
        ("#ops", "neither an e-mail address"),
        ("http://hooks.example.com/x", "A webhook’s address begins with https://, not http://."),
        ("ftp://hooks.example.com/x", "begins with https://, not ftp://"),
        ("https://user:pw@hooks.example.com/x", "holds neither a login nor a fragment"),
        ("https://169.254.169.254/latest", "Nothing may be sent to 169.254.169.254"),
        ("https://hooks.example.com.evil.example/", "Nothing may be sent to hooks.example.com.evil.example"),
        ("https://[::1", "“https://[::1” is no address."),
        ("https://hooks.example.com:x/", "is no address"),
        (f"{'x' * 250}@example.com", "more than 254 characters is too long"),
    ],
)
def test_who_can_be_told_nothing_is_refused_with_a_sentence(mails, receiver, line, words):
    with pytest.raises(Invalid) as refused:
        recipients.recipients([line])
    assert words in refused.value.message


def test_recipients_that_are_fine(mails, receiver):
    lines = [" ops@example.com ", "", "https://hooks.example.com/x?y=1", "ops@example.com", receiver.address]
    assert recipients.recipients(lines) == ["ops@example.com", "https://hooks.example.com/x?y=1", receiver.address]


def test_too_many_are_refused(mails):
    with pytest.raises(Invalid, match="21 recipients are too many"):
        recipients.recipients(f"{n}@example.com" for n in range(21))


def test_where_nothing_leaves_the_form_says_what_to_set(settings):
    settings.EMAIL_FROM, settings.WEBHOOK_SECRET = "", ""
    with pytest.raises(Invalid, match="sets EMAIL_URL and EMAIL_FROM first"):
        recipients.recipients(["ops@example.com"])
    with pytest.raises(Invalid, match="sets WEBHOOK_SECRET and WEBHOOK_HOSTS first"):
        recipients.recipients(["https://hooks.example.com/x"])
    with pytest.raises(Invalid):
        factories.policy([factories.environment()], tell=["ops@example.com"])


def test_the_pump_finds_what_no_message_reached(notice, sent):
    worker.pump()
    assert sent == [notice.pk]


def test_the_pump_writes_down_what_is_to_be_told(mails, sent):
    run = factories.run(status="failed", ended_at=clock.now(), reason="No.")
    made = factories.firing(factories.policy([run.environment], tell=["ops@example.com"]), run)
    type(made).objects.update(told=-1)
    pump.tick()
    assert sent == list(Notice.objects.values_list("pk", flat=True))
    worker.deliver(sent[0])
    assert "No." in mails.mails[0].content.decode()


def test_what_was_given_up_is_sent_again_by_who_administers(notice, mails, sent):
    Notice.objects.update(status=N.FAILED, due_at=None, created_at=clock.now() - timedelta(days=3))
    admin = factories.user("change_environment", "view_environment")
    assert outbox.again([notice.pk], admin) == 1
    assert sent == [notice.pk]
    deliver(notice)
    assert notice.status == N.SENT
    entry = Audit.objects.get(action="notice.again")
    assert (entry.who, entry.data) == (str(admin), {"to": "ops@example.com"})
    assert outbox.again([notice.pk], admin) == 0


def test_others_may_not_send_it_again(notice):
    with pytest.raises(Refused):
        outbox.again([notice.pk], factories.user("view_environment", "operate_environment"))


def test_notices_leave_with_their_policy(notice):
    policies.delete(notice.firing.policy_id, factories.user(is_superuser=True))
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("smtp://mail", {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}),
        ("smtp+tls://a%40b:p%2Fw@mail", {"EMAIL_PORT": 587, "EMAIL_HOST_USER": "a@b", "EMAIL_HOST_PASSWORD": "p/w"}),
        ("smtps://mail:2465", {"EMAIL_PORT": 2465, "EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}),
        ("file:///var/mails", {"EMAIL_FILE_PATH": "/var/mails"}),
    ],
)
def test_a_mail_server_by_its_address(url, known):
    assert mailing.settings(url).items() >= known.items()
