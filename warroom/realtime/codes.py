"""Why the server closes a socket.

All are of the private range: Daphne's protocol library lets an application send 1000 and 3000 to
4999 only. Where a standard code means the same, the last two digits are its.
"""

from typing import Final

BAD_DATA: Final = 4007
SLOW: Final = 4008
TOO_BIG: Final = 4009
GOING_AWAY: Final = 4012
TRY_AGAIN: Final = 4013
NOT_SIGNED_IN: Final = 4401
NOT_ALLOWED: Final = 4403
NOT_FOUND: Final = 4404
IDLE: Final = 4408
FULL: Final = 4429
