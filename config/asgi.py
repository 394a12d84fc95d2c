"""The web process."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# WhiteNoise's small files are read whole by Django under ASGI, which is what we want.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
django = get_asgi_application()

from opsportal.health import pulses  # noqa: E402  once Django is set up
from opsportal.live.hub import HUB  # noqa: E402
from opsportal.web import threads  # noqa: E402

application = threads.kept(django)
pulses.keep(pulses.PORTALS, lambda: len(HUB.counts.watchers))
