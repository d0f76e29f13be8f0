"""Markdown made to keep the server busy is shown as it was written, at once."""

import time

import pytest

from incidents.kernel import markdown

UNITS = ("[", "![", "[a](", "[a[", "[a](<", "<http://", "```\n", "---\n", "[a]:\n", "> ", "- ")


@pytest.mark.parametrize("unit", UNITS)
def test_bombs_cost_little(unit: str) -> None:
    bomb = (unit * 20_000)[:20_000]
    began = time.process_time()
    assert markdown.render(bomb)
    assert time.process_time() - began < 5


def test_long_honest_text_is_rendered() -> None:
    events = "\n".join(
        f"1. **03:{n % 60:02}** *Alert* It broke (again). [#{n}] [link](http://x/{n})"
        for n in range(600)
    )
    rows = "\n".join(f"| a{n} | `b[{n}]` |" for n in range(300))
    html = markdown.render(f"{events}\n\n| A | B |\n| --- | --- |\n{rows}\n")
    assert html.count("<li>") == 600
    assert html.count("<tr>") == 301
