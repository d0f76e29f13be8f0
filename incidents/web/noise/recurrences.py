"""Recurrences as people choose them, and as an RRULE says them."""

import re
from dataclasses import dataclass
from typing import Final

ONCE, DAILY, WEEKLY, MONTHLY, RULE = "once", "daily", "weekly", "monthly", "rule"
CHOICES: Final = (
    (ONCE, "Once"),
    (DAILY, "Every day"),
    (WEEKLY, "Every week, on chosen days"),
    (MONTHLY, "Every month, on a weekday such as the second Tuesday"),
    (RULE, "By a rule of iCalendar (RRULE)"),
)
WEEKDAYS: Final = (
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
)
NTH: Final = (("1", "first"), ("2", "second"), ("3", "third"), ("4", "fourth"), ("-1", "last"))
_WEEKLY: Final = re.compile(r"FREQ=WEEKLY;BYDAY=((?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:[A-Z]{2}))*)")
_MONTHLY: Final = re.compile(r"FREQ=MONTHLY;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What is chosen in the form; `text` is the RRULE."""

    choice: str = ONCE
    days: tuple[str, ...] = ()
    nth: str = "1"
    weekday: str = "SU"
    rule: str = ""

    @property
    def text(self) -> str:
        days = ",".join(day for day, _ in WEEKDAYS if day in self.days)
        return {
            ONCE: "",
            DAILY: "FREQ=DAILY",
            WEEKLY: f"FREQ=WEEKLY;BYDAY={days}" if days else "FREQ=WEEKLY",
            MONTHLY: f"FREQ=MONTHLY;BYDAY={self.nth}{self.weekday}",
            RULE: self.rule,
        }[self.choice]

    @classmethod
    def of(cls, text: str) -> "Recurrence":
        """The choice that says `text`; a rule where none of the simple ones does."""
        if text == "":
            return cls()
        if text == "FREQ=DAILY":
            return cls(DAILY)
        if weekly := _WEEKLY.fullmatch(text):
            return cls(WEEKLY, days=tuple(weekly[1].split(",")))
        if monthly := _MONTHLY.fullmatch(text):
            return cls(MONTHLY, nth=monthly[1], weekday=monthly[2])
        return cls(RULE, rule=text)

    @property
    def words(self) -> str:
        names, nth = dict(WEEKDAYS), dict(NTH)
        if self.choice == WEEKLY:
            days = [names[day] for day in self.days if day in names]
            return f"every week on {', '.join(days)}"
        if self.choice == MONTHLY:
            return f"every month on the {nth[self.nth]} {names[self.weekday]}"
        return {ONCE: "once", DAILY: "every day"}.get(self.choice, f"by the rule {self.rule}")
