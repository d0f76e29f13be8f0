"""What became of a message, in words."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from incidents.models import Signal, SignalState
from incidents.selectors.muting import KINDS
from incidents.selectors.signals import error_of

# What was done with a condition: a word, and a sentence.
ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("new alert", "Nothing of this fingerprint was firing: it opened an alert."),
    "repeat": ("repeat", "The alert was firing already; this said something new about it."),
    "duplicate": ("duplicate", "The alert was firing already and this said nothing new: counted."),
    "acknowledge": ("acknowledged", "The sender says that somebody has taken it."),
    "resolve": ("resolved", "The sender says that it is over."),
    "change": ("change", "No condition: something was deployed or switched. Kept for incidents."),
    "counted": (
        "counted",
        "Its sender had as many alerts open as it may: counted in one alert for the rest.",
    ),
    "nothing open": (
        "nothing open",
        "It says that something is over that was not firing, or an earlier episode: nothing to do.",
    ),
}


def action_word(action: str) -> str:
    return ACTIONS.get(action, (action.replace("_", " "), ""))[0]


def action_sentence(action: str) -> str:
    done = action.replace("_", " ").capitalize()
    return ACTIONS.get(action, ("", f"Its sender asked for it: {done}."))[1]


def muted_words(outcome: Mapping[str, Any]) -> str:
    """“silenced, planned work”: what kept its alert quiet then."""
    kinds = outcome.get("muted_by") or ()
    return ", ".join(KINDS.get(kind, ("held", "", ""))[0].lower() for kind in kinds)


def became_of(signal: Signal, fingerprint: str) -> str:
    """What the message did to the alert with this fingerprint."""
    mine = (told for told in signal.outcome if told.get("fingerprint") == fingerprint)
    return ", ".join(action_word(str(told.get("action", ""))) for told in mine)


def summary(signal: Signal) -> str:
    """“2 new alerts, 1 repeat”, in the order of the message."""
    if signal.state == SignalState.PENDING:
        return "not looked at yet"
    if signal.state == SignalState.REJECTED:
        return error_of(signal) or "it could not be read"
    counts = Counter(action_word(str(told.get("action", ""))) for told in signal.outcome)
    muted = sum(1 for told in signal.outcome if told.get("muted_by"))
    done = [_counted(count, word) for word, count in counts.items()]
    kept = [f"{muted} kept quiet"] if muted else []
    return ", ".join([*done, *kept]) or "it held nothing"


_PLURALS: Final = {"new alert": "new alerts", "repeat": "repeats", "duplicate": "duplicates"}


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word if count == 1 else _PLURALS.get(word, word)}"
