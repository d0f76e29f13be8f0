import pytest

from incidents.kernel.durations import brief, spoken


@pytest.mark.parametrize(
    ("seconds", "figure", "words"),
    [
        (0, "0 s", "0 seconds"),
        (1, "1 s", "1 second"),
        (42, "42 s", "42 seconds"),
        (60, "1:00", "1 minute"),
        (110, "1:50", "1 min 50 s"),
        (1440, "24 min", "24 minutes"),
        (3600, "1 h 00 min", "1 hour"),
        (11520, "3 h 12 min", "3 h 12 min"),
        (86400, "1 d 0 h", "1 day"),
        (187200, "2 d 4 h", "2 days 4 h"),
    ],
)
def test_durations_read_well_as_figures_and_in_sentences(
    seconds: float, figure: str, words: str
) -> None:
    assert (brief(seconds), spoken(seconds)) == (figure, words)
