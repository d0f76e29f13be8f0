"""A program that calls the API with a key."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from incidents.models import ApiKey


@dataclass
class Program:
    """Sends JSON with its key; every answer of the API is JSON too."""

    client: Client
    key: ApiKey
    token: str

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            path,
            b"" if body is None else _encoded(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)


def _encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


MakeProgram = Callable[..., Program]


@pytest.fixture
def program(db: None) -> MakeProgram:
    """`program("read", "incidents")` is a program whose key has these scopes."""

    def make(*scopes: str) -> Program:
        key, token = ApiKey.issue("A program", scopes)
        return Program(Client(), key, token)

    return make


@pytest.fixture
def root(program: MakeProgram) -> Program:
    return program("admin")
