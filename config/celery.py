"""The Celery application: short messages over Redis, nothing kept there that the database does not know."""

import os
from typing import Any

import structlog
from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_init
from kombu.entity import Exchange, Queue
from kombu.transport.redis import Channel, QoS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from . import collecting
from .ending import InTime
from .env import env
from .primary import ToPrimary, ToPrimaryByTLS
from .timer import PumpTimer

QUEUES = ("engine", "long", "notify", "pump")


def broker(url: str) -> str:
    """kombu's spelling of a Redis address. Unlike redis-py it checks no certificate unless it is told to."""
    if url.startswith("rediss://") and "ssl_cert_reqs" not in url:
        url += ("&" if "?" in url else "?") + "ssl_cert_reqs=required"
    return url.replace("unix://", "redis+socket://", 1)


app = Celery("opsportal", include=["tasks.worker"])
app.conf.update(
    broker_url=broker(env().broker),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 120,
        "unacked_restore_interval": 2,
        "socket_timeout": 3,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 25,
    },
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],  # type: ignore[no-untyped-call]
    task_default_queue="engine",
    task_ignore_result=True,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.05},
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=4,
    worker_soft_shutdown_timeout=3,
    worker_enable_soft_shutdown_on_idle=False,
    worker_send_task_events=False,
    worker_disable_prefetch=False,
    enable_utc=True,
    timezone="UTC",
    beat_schedule={
        "pulse": {"task": "tasks.worker.pulse", "schedule": 10.0, "options": {"queue": "pump", "expires": 10}},
        "purge": {"task": "tasks.worker.purge", "schedule": crontab(hour=3, minute=15), "options": {"queue": "notify"}},
    },
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
    CELERY_DB_REUSE_MAX=1000,
)


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_our_logging(**_: Any) -> None:
    """Django has set logging up; Celery would replace it."""
    structlog.get_logger(__name__).debug("logging", by="django")


worker_init.connect(collecting.as_usual)
beat_init.connect(collecting.as_usual)

# kombu 5.7 puts unacknowledged messages back when a connection breaks, over that same connection, and takes the
# worker down with it. Ours are nudges, which the pump repeats.
QoS.restore_at_shutdown = False
Channel.connection_class, Channel.connection_class_ssl = ToPrimary, ToPrimaryByTLS
app.steps["worker"].update((PumpTimer, InTime))
