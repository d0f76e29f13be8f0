"""Pages as text: what a person without JavaScript is shown."""

from typing import Any

from django.test import Client
from django.urls import reverse


def text(client: Client, name: str, *args: Any, **query: str) -> str:
    """The page of the console with this name, each run of blanks as one."""
    response = client.get(reverse(f"web:{name}", args=args), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())
