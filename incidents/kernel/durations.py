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


def latency(seconds: float) -> str:
    """A short wait as a figure: "7 ms", "1.4 s"; from a minute on as `brief`."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))} ms"
    return f"{seconds:.1f} s" if seconds < 60 else brief(seconds)


def spoken(seconds: float) -> str:
    """A duration inside a sentence: "42 seconds", "1 min 50 s", "1 h 16 min", "2 days 4 h"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if minutes < 1:
        return _counted(whole, "second")
    if minutes < 10:
        return f"{minutes} min {rest} s" if rest else _counted(minutes, "minute")
    if hours < 1:
        return f"{minutes} minutes"
    if days < 1:
        return f"{hours} h {minutes_left} min" if minutes_left else _counted(hours, "hour")
    return f"{_counted(days, 'day')} {hours_left} h" if hours_left else _counted(days, "day")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
