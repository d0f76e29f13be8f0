import asyncio
import io
from pathlib import Path

from incidentsite.supervisor.backoff import HEALTHY_AFTER, Backoff
from incidentsite.supervisor.child import Child
from incidentsite.supervisor.output import (
    LINES_A_MINUTE,
    LONGEST_LINE,
    Lines,
    LogFile,
    Relay,
    Terminal,
)

TRACEBACK = b"""2026-11-21 INFO fine
Traceback (most recent call last):
  File "engine.py", line 8, in handle
    fold()
ValueError: out of cheese
afterwards
"""


def relayed(text: bytes, tmp_path: Path) -> tuple[str, bytes]:
    terminal = io.StringIO()
    log = LogFile(tmp_path / "engine.log")

    async def follow() -> None:
        stream = asyncio.StreamReader()
        stream.feed_data(text)
        stream.feed_eof()
        await Relay(Child("engine", ()), log, Terminal(terminal)).follow(stream)

    asyncio.run(follow())
    log.close()
    return terminal.getvalue(), log.path.read_bytes()


def test_of_a_traceback_the_terminal_gets_the_line_that_names_the_exception(
    tmp_path: Path,
) -> None:
    shown, logged = relayed(TRACEBACK, tmp_path)
    assert shown == "engine    ValueError: out of cheese\n"
    assert logged == TRACEBACK


def test_a_child_that_repeats_itself_does_not_flood_the_terminal(tmp_path: Path) -> None:
    shown, logged = relayed(b"ERROR again\n" * 500, tmp_path)
    lines = shown.splitlines()
    assert len(lines) <= 2 * (LINES_A_MINUTE + 1)  # a minute may turn in between
    assert "and more: read" in lines[-1]
    assert logged.count(b"again") == 500


def test_pages_that_are_not_found_are_no_trouble(tmp_path: Path) -> None:
    shown, _ = relayed(b"2026 WARNING django.request Not Found: /wp-login.php\n", tmp_path)
    assert shown == ""


def test_a_line_without_an_end_is_cut_and_nothing_is_lost() -> None:
    lines = Lines()
    endless = b"x" * (LONGEST_LINE + 1)
    assert [*lines.feed(endless), *lines.feed(b"tail"), *lines.end()] == [endless, b"tail"]


def test_lines_are_whole_however_the_bytes_arrive() -> None:
    lines = Lines()
    assert [*lines.feed(b"on"), *lines.feed(b"e\ntw"), *lines.feed(b"o\n")] == [b"one", b"two"]


def test_a_full_log_makes_room_and_two_old_ones_stay(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "web.log", largest=10)
    for number in range(5):
        log.write(f"line {number}\n".encode())
    log.close()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "web.log": "line 4\n",
        "web.log.1": "line 3\n",
        "web.log.2": "line 2\n",
    }


def test_waits_double_to_fifteen_seconds_and_start_over_after_a_healthy_minute() -> None:
    backoff = Backoff()
    assert [backoff.delay_after(1) for _ in range(7)] == [0.5, 1, 2, 4, 8, 15, 15]
    assert backoff.delay_after(HEALTHY_AFTER) == 0.5
