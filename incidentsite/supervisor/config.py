"""What the environment and the command line ask for."""

import argparse
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from incidentsite import bootstrap, embedded
from incidentsite.supervisor.errors import CannotStart


@dataclass(frozen=True)
class Config:
    data_dir: Path
    host: str
    port: int
    gate_port: int | None
    database_url: str | None
    redis_url: str | None

    @property
    def address(self) -> str:
        return bootstrap.local_address(self.host, self.port)

    @property
    def database(self) -> str:
        return self.database_url or embedded.database_url(self.data_dir)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gate",
        action="store_true",
        help="also run alert intake and status pages in a process of their own, on GATE_PORT",
    )


def as_arguments(options: argparse.Namespace) -> list[str]:
    return ["--gate"] if options.gate else []


def read(options: argparse.Namespace) -> Config:
    port = _port("PORT", bootstrap.DEFAULT_PORT)
    return Config(
        data_dir=bootstrap.data_dir(),
        host=os.environ.get("HOST") or "127.0.0.1",
        port=port,
        gate_port=_port("GATE_PORT", port + 1) if options.gate else None,
        database_url=os.environ.get("DATABASE_URL") or None,
        redis_url=os.environ.get("REDIS_URL") or None,
    )


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdigit() or int(text) > 65_535:
        raise CannotStart(f"{variable}={text} is not a port: give a number from 0 to 65535.")
    return int(text)


def listen(host: str, port: int, *, variable: str = "PORT") -> socket.socket:
    """The socket the web process answers on.

    The supervisor holds it, so that requests wait for a restarted process instead of being
    refused, and so that a port in use is found before anything is started.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise CannotStart(
            f"Cannot listen on {host}:{port} ({error.strerror or error}). Choose another port or "
            f"address: {variable}={port + 1 if port < 65_535 else 8000} make run"
        ) from error
    listener.listen(1024)
    return listener
