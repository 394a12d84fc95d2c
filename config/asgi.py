"""The web process."""

import os
import warnings

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# WhiteNoise's small files are read whole by Django under ASGI, which is what we want.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
django.setup(set_prefix=False)

from django.db import connections  # noqa: E402  once Django is set up

from config import collecting  # noqa: E402
from opsportal.api import problems  # noqa: E402
from opsportal.health import pulses  # noqa: E402
from opsportal.live.hub import HUB  # noqa: E402
from opsportal.web import bodies, threads  # noqa: E402

application = threads.kept(bodies.bounded(threads.Handler(), problems.too_large))
connections.settings["default"]["CONN_HEALTH_CHECKS"] = True  # a request's thread may have slept through a restart
collecting.as_usual()
pulses.keep(pulses.PORTALS, lambda: len(HUB.counts.watchers))
