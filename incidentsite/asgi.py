"""The entrance: a small dispatcher before Django.

Intake paths and public status paths go to plain ASGI applications (the door), everything else to
Django and Channels. `application` is the whole; `gate` is the door alone in its own process.
"""

import gc
import os
import sys

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incidentsite.settings")
os.environ.setdefault("DATABASE_POOL", "16")
_django = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  # needs the apps loaded

from incidents.door.asgi import intake  # noqa: E402
from incidents.door.health import health  # noqa: E402
from incidents.door.pings import pings  # noqa: E402
from incidentsite import quick_frames  # noqa: E402
from incidentsite.bodies import LimitedBody  # noqa: E402
from incidentsite.dispatch import Dispatcher, not_served_here  # noqa: E402
from statuspage.door import status_door  # noqa: E402
from statuspage.door.entrance import Entrance, to_console  # noqa: E402
from warroom.consumers.origin import SameOrigin  # noqa: E402
from warroom.routing import websocket_urlpatterns  # noqa: E402

quick_frames.install()
_sockets = SameOrigin(URLRouter(websocket_urlpatterns))

_doors = (intake, pings, health, status_door)
_pages = LimitedBody(_django)

application = Entrance(
    status_door,
    Dispatcher(doors=_doors, rest=ProtocolTypeRouter({"http": _pages, "websocket": _sockets})),
    _pages,
)
gate = Entrance(status_door, Dispatcher(doors=_doors, rest=not_served_here), to_console)

# What is loaded by now stays: collections that look through it again would pause every socket.
gc.collect()
gc.freeze()
# A look through all that came since takes a fifth of a second with a thousand sockets. Whatever is
# let go in a circle, such as a closed socket, may wait for it longer than by default.
gc.set_threshold(5_000, 20, 10)
# A thread that has heard from PostgreSQL waits so long for its turn beside a busy event loop, at
# each of the dozen statements of a message: 5 ms by default.
sys.setswitchinterval(0.0005)
