"""/livez, /readyz and /metrics as a load balancer and Prometheus ask them; there is no Redis here."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from opsportal.health import observing

PROBES = ("/livez", "/readyz", "/metrics")


@pytest.fixture(autouse=True)
def _seen_afresh():
    """What one test has seen is no answer for the next."""
    for look in (observing.DATABASE, observing.MIGRATIONS, observing.WORK, observing.STORE, observing.RUNS):
        look.answer, look.since = None, None


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_needs_neither_session_nor_known_host_nor_https(settings, path):
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(path, headers={"host": "10.0.3.7:8000"})
    assert response.status_code == 200
    assert not response.cookies
    assert Client().get("/admin/", headers={"host": "10.0.3.7:8000"}).status_code == 400


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_is_read_and_nothing_else(path):
    assert Client().post(path).status_code == 405


def test_livez_looks_at_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/livez").content == b"ok\n"
    assert observing.DATABASE.answer is None


def test_without_redis_the_portal_is_ready_and_says_what_it_lacks():
    response = Client().get("/readyz")
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "degraded")
    assert body["checks"]["database"] == {"ok": True}
    assert body["checks"]["redis"]["ok"] is False
    assert "Redis does not answer." in [ill["text"] for ill in body["ills"]]


@pytest.mark.django_db(transaction=True)
def test_with_a_migration_missing_the_portal_is_not_ready():
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("opsportal", "0001_first")
    try:
        response = Client().get("/readyz")
    finally:
        recorder.record_applied("opsportal", "0001_first")
    assert (response.status_code, response.json()["status"]) == (503, "not ready")
    assert response.json()["checks"]["migrations"] == {"ok": False, "away_seconds": 0.0, "missing": 1}


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [("t0ken", "Bearer t0ken", 200), ("t0ken", "Bearer other", 401), ("t0ken", "t0ken", 401), ("t0ken", "", 401)],
)
def test_metrics_are_for_whoever_has_the_token(settings, token, sent, status):
    settings.METRICS_TOKEN = token
    assert Client().get("/metrics", headers={"authorization": sent}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, 401),
        ({"HTTP_X_FORWARDED_FOR": "1.2.3.4"}, 401),
    ],
)
def test_without_a_token_metrics_are_for_this_host_alone(headers, status):
    assert Client(**headers).get("/metrics").status_code == status


def test_metrics_tell_what_they_can_when_redis_is_away():
    text = Client().get("/metrics").content.decode()
    assert 'opsportal_ill{severity="critical",what="redis"} 1.0' in text
    assert "opsportal_database_seconds" in text
    assert "opsportal_workers" not in text
