"""The embedded Valkey: the command that runs it and whether it answers."""

import socket
from pathlib import Path

from incidentsite.embedded.binaries import valkey_server
from incidentsite.embedded.paths import make_run_dir, valkey_socket


def server_command(data_dir: Path, *, durable: bool = True) -> list[str]:
    """Queued hints survive a crash (append-only file); nothing is ever evicted silently."""
    make_run_dir(data_dir)
    files = data_dir / "valkey"
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(valkey_socket(data_dir)),
        "unixsocketperm": "700",
        "dir": str(files),
        "appendonly": "yes" if durable else "no",
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
    }
    command = [str(valkey_server())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return command


def answers(data_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(valkey_socket(data_dir)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
