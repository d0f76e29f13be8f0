"""Expressions of a mapping cost what a message is worth, and no more."""

import time

import pytest

from incidents.kernel.errors import Invalid
from incidents.sources.adapters import expressions

BODY = {"alert": {"name": "Disk", "hosts": ["a", "b"]}, "n": 3}


def test_it_yields_what_jmespath_says() -> None:
    assert expressions.evaluate("{host: alert.hosts[0], n: n}", BODY) == {"host": "a", "n": 3}
    assert expressions.evaluate("join('-', alert.hosts)", BODY) == "a-b"
    assert expressions.evaluate("nothing.here", BODY) is None
    assert expressions.evaluate("", BODY) is None


@pytest.mark.parametrize("text", ["alert.", "[", "no_such(", "{", "a" * 501, "'"])
def test_it_says_what_is_wrong_with_an_expression(text: str) -> None:
    with pytest.raises(Invalid):
        expressions.checked(text)


@pytest.mark.parametrize("text", ["length(n)", "avg(alert)", "unknown(n)", "sort(alert.hosts, n)"])
def test_an_expression_that_fails_yields_nothing_and_says_why(text: str) -> None:
    assert expressions.evaluate(text, BODY) is None
    with pytest.raises(Invalid):
        expressions.yielded(text, BODY)


@pytest.mark.parametrize(
    "text",
    [
        "|".join(["[@,@]"] * 60),
        "|".join(["[@,@][]"] * 60),
        "|".join(["{a:@,b:@}"] * 40) + "|to_string(@)",
        "|".join(["[@,@]"] * 60) + "|@==`[]`",
        "|".join(["map(&[@,@],@)"] * 30),
        "|".join(["join('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',[@,@,@,@,@,@])"] * 8),
    ],
)
def test_an_expression_that_grows_without_end_is_stopped(text: str) -> None:
    began = time.monotonic()
    value = "x" if text.startswith("join") else ["x" * 100] * 10
    with pytest.raises(Invalid, match="too many steps"):
        expressions.yielded(text[:500].rpartition("|")[0] if len(text) > 500 else text, value)
    assert time.monotonic() - began < 2
