"""What a host refuses to start beside."""

import threading

import pytest
from django.conf import settings

from opsportal.hosting import host as hosts
from opsportal.hosting import supervisor


def test_a_second_opsportal_in_the_same_folder_is_refused_with_a_sentence(host):
    running = supervisor.Supervisor()
    with pytest.raises(RuntimeError, match=r"Another opsportal runs in .*Stop it, or choose another VAR_DIR\."):
        hosts.start(running, {}, "127.0.0.1", hosts.free_port(), workers=1)
    assert not running.running


def test_a_valkey_that_is_about_to_end_is_waited_for(host):
    threading.Timer(0.5, host.kill, ["valkey"]).start()
    hosts.require_alone()
    assert not supervisor.answers(settings.BROKER)
