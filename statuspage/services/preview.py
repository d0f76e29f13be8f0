"""What a page would look like, as one document that stands alone.

Style sheet and pictures of the page are put into it, since what is not saved has no address.
"""

import re
from base64 import b64encode
from typing import Final

from incidents.kernel import clock
from statuspage.models import StatusPage
from statuspage.rendering import view
from statuspage.rendering.pages import INDEX, overview
from statuspage.rendering.stamps import Place, fill

_OWN: Final = re.compile(r'(?P<attribute>\b(?:href|src|srcset))="(?P<path>[^"]*)"')
_SCRIPT: Final = re.compile(r"<script\b[^>]*></script>")
ASSETS: Final = "/status/assets"


def document(page: StatusPage) -> bytes:
    """The first page, of rows as they are in this transaction."""
    documents = {found.path: found for found in overview(view.load(page))}
    index = documents[INDEX]
    place = Place(base=page.get_absolute_url(), assets=ASSETS)
    body = fill(index.body, place, as_of=clock.now(), stale=False, etag=index.etag)
    inside = {
        f"{place.base}/{path}": f"data:{one.content_type};base64,{b64encode(one.body).decode()}"
        for path, one in documents.items()
        if path.endswith(".css") or one.content_type.startswith("image/")
    }

    def put_in(found: re.Match[str]) -> str:
        data = inside.get(found["path"].partition("?")[0])
        return f'{found["attribute"]}="{data}"' if data else found[0]

    # The script would fetch what the public reads now, and show that instead.
    return _OWN.sub(put_in, _SCRIPT.sub("", body.decode())).encode()
