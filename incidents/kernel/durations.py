"""Durations in words and digits, for people."""


def brief(seconds: float) -> str:
    """A duration as a figure: "42 s", "1:50", "24 min", "3 h 05 min", "2 d 4 h"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if whole < 60:
        return f"{whole} s"
    if minutes < 10:
        return f"{minutes}:{rest:02}"
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes_left:02} min"
    return f"{days} d {hours_left} h"
