"""Posting to an address that somebody gave us, for the channels that do."""

from types import TracebackType
from typing import Self

import httpx

from incidents.kernel import guarded, outbound
from incidents.reactions.notifications.parcel import Parcel, Refused

# Statuspage gives a receiver 30 seconds; whoever takes longer holds up others.
SECONDS = 10.0
# The other side says that it is gone, or takes no such thing; the rest may pass.
_PERMANENT = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})


class HttpSession:
    """`prepare` makes the request of a parcel; any answer of 2xx is a yes."""

    def __init__(self) -> None:
        self._http = guarded.client(timeout=SECONDS)

    def request(self, http: httpx.Client, parcel: Parcel) -> httpx.Request:
        headers = {"Content-Type": "application/json", **parcel.headers}
        return http.build_request("POST", parcel.address, content=parcel.body, headers=headers)

    def send(self, parcel: Parcel) -> None:
        try:
            asked = self.request(self._http, parcel)
            answer = outbound.answer_to(self._http, asked, most=64 * 1024)
        except outbound.OutboundError as error:
            raise Refused(str(error), permanent=error.permanent) from error
        except (httpx.InvalidURL, ValueError) as error:
            raise Refused("The address is damaged.", permanent=True) from error
        if not 200 <= answer.status < 300:
            reason = f"It answered {answer.status}."
            gone = answer.status in _PERMANENT
            raise Refused(reason, permanent=gone, code=str(answer.status))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()
