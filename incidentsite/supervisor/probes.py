"""Whether a child answers yet. Each question is cheap and gives up soon."""

import asyncio
from pathlib import Path
from subprocess import DEVNULL

SECONDS_TO_ANSWER = 2
SECONDS_TO_START = 15


async def command_succeeds(*argv: str) -> bool:
    program = await asyncio.create_subprocess_exec(*argv, stdout=DEVNULL, stderr=DEVNULL)
    return await program.wait() == 0


async def valkey_answers(socket: Path) -> bool:
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                writer.write(b"PING\r\n")
                return (await reader.readline()).startswith(b"+PONG")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def http_answers(host: str, port: int, path: str) -> bool:
    """Any 2xx. By hand: a client library would triple the size of the supervisor.

    The port is open before the process is, so one question mostly waits for the first answer.
    """
    try:
        async with asyncio.timeout(SECONDS_TO_START):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.partition(b" ")[2].startswith(b"2")
