"""Why the server closes a socket."""

from typing import Final

GOING_AWAY: Final = 1012
BAD_DATA: Final = 1007
TOO_BIG: Final = 1009
TRY_AGAIN: Final = 1013
SLOW: Final = 4008
NOT_SIGNED_IN: Final = 4401
NOT_ALLOWED: Final = 4403
NOT_FOUND: Final = 4404
