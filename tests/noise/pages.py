"""A browser without JavaScript on the pages of noise reduction."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse


def text(client: Client, page: str, *args: Any) -> str:
    response = client.get(reverse(f"web:{page}", args=args))
    assert response.status_code == 200
    return plain(response)


def plain(response: Any) -> str:
    """The words of a page, without its tags."""
    body = response.content.decode().replace("&quot;", '"').replace("&#x27;", "'")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def send(client: Client, page: str, /, *args: Any, **fields: Any) -> Any:
    return client.post(reverse(f"web:{page}", args=args), fields, follow=True)
