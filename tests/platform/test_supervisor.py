"""What the supervisor does with its children, shown with small ones (`small_tree`)."""

import os
import signal
import sys

import pytest

from tests.platform.started import Started, until

pytestmark = [
    pytest.mark.platform,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc"),
]
TREE = ("-m", "tests.platform.small_tree")


def tree(start: Started.Factory, *kinds: str) -> Started:
    started = start(*TREE, *kinds)
    started.wait_for("ready")
    return started


def test_it_starts_a_killed_child_again(start: Started.Factory) -> None:
    started = tree(start, "steady")
    first = started.pids()["steady"]
    os.kill(first, signal.SIGKILL)
    second = started.restarted("steady", first)
    os.kill(second, 0)
    assert "steady    stopped (killed by SIGKILL); starting it again in 0.5 s" in started.printed()


def test_ctrl_c_stops_everything(start: Started.Factory) -> None:
    started = tree(start, "steady", "pair")
    assert started.stop() == 0
    until(lambda: started.left() == [], "the end of all processes", patience=2)
    assert not (started.data_dir / "run/pids.json").exists()


def test_a_child_that_does_not_listen_is_killed_after_its_grace(start: Started.Factory) -> None:
    started = tree(start, "stubborn")
    until(lambda: (started.data_dir / "log/stubborn.log").read_text() != "", "its first word")
    assert started.stop() == 0
    until(lambda: started.left() == [], "the end of all processes", patience=2)


def test_a_killed_supervisor_leaves_no_orphan_not_even_grandchildren(
    start: Started.Factory,
) -> None:
    started = tree(start, "steady", "pair", "stubborn")
    until(lambda: len(started.left()) >= 6, "supervisor, sentinel, three children, one grandchild")
    started.kill()
    until(lambda: started.left() == [], "the end of all processes", patience=3)


def test_a_second_one_on_the_same_data_says_who_is_there(start: Started.Factory) -> None:
    first = tree(start, "steady")
    second = start(*TREE, "steady")
    assert second.process.wait(10) == 1
    assert f"Already running on {first.data_dir} (process {first.process.pid})" in second.printed()
    assert first.left() != []


def test_after_a_kill_the_next_one_gets_the_data(start: Started.Factory) -> None:
    tree(start, "steady").kill()
    tree(start, "steady")


def test_a_crash_loop_is_explained_once_with_the_last_words(start: Started.Factory) -> None:
    started = start(*TREE, "crashing")
    line = started.wait_for("keeps stopping")
    assert "exit code 1" in line
    assert "It said: 'out of cheese'. Read" in line
    assert started.printed().count("keeps stopping") == 1


def test_only_trouble_reaches_the_terminal_and_all_the_log(start: Started.Factory) -> None:
    started = tree(start, "steady")
    started.wait_for("WARNING look")
    assert "INFO steady" not in started.printed()
    assert "INFO steady\nWARNING look" in (started.data_dir / "log/steady.log").read_text()
