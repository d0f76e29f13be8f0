"""What detection stands on: patterns with a time limit, settings that describe themselves."""

import time
from typing import Any

import pytest

from incidents.kernel import options, patterns
from incidents.kernel.errors import Invalid
from incidents.kernel.options import Option


def test_it_stops_a_pattern_that_would_take_for_ever() -> None:
    began = time.monotonic()
    with pytest.raises(patterns.TooSlow):
        patterns.finder(r"^(a|aa)+$")("a" * 60 + "b")
    assert time.monotonic() - began < 1


def test_it_says_where_a_pattern_is_wrong() -> None:
    with pytest.raises(Invalid, match="at position 5"):
        patterns.checked("shop(")


OPTIONS = (
    Option("count", "Count", "whole", 3, least=1, most=10),
    Option("how", "How", "choice", choices=(("all", "All"), ("any", "Any"))),
    Option("rules", "Rules", "rules", ()),
)


def test_it_fills_in_what_was_not_given() -> None:
    assert options.checked(OPTIONS, {"how": "any"}) == {"count": 3, "how": "any", "rules": ()}
    assert options.checked(OPTIONS, {"how": "all", "rules": ["2", 1, 2]})["rules"] == [1, 2]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "how"),
        ({"how": "some"}, "how"),
        ({"how": "any", "count": 11}, "count"),
        ({"how": "any", "count": 1.5}, "count"),
        ({"how": "any", "count": "NaN"}, "count"),
        ({"how": "any", "count": True}, "count"),
        ({"how": "any", "rules": "all"}, "rules"),
        ({"how": "any", "colour": "red"}, "settings"),
    ],
)
def test_it_names_the_setting_at_fault(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        options.checked(OPTIONS, given)
    assert caught.value.field == field
