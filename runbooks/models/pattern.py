"""When to suggest a runbook: plain patterns over what is known of an incident.

Patterns are words, not regular expressions. Whoever may edit a runbook could otherwise write an
expression that Python's backtracking matcher needs years for, and it would run for each incident
that opens; a search for "dangerous" expressions finds the known ones only. Words with `*`, `?` and
`|` say what runbooks need, in time that grows with length of text times length of pattern.
"""

import fnmatch
import re
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models

from runbooks.models.runbook import Runbook

MAX_PATTERN = 200
MAX_ALTERNATIVES = 20
# Titles come from outside; a longer one is compared as far as this.
MAX_TEXT = 1024

_REGULAR_EXPRESSION = re.compile(r"[()\[\]{}^$+\\]|\.\*|\.\?")
_PLAIN = re.compile(r"\w")
_WORD = re.compile(r"[\w*?]+")


def check_pattern(text: str) -> None:
    """Raise ValidationError, saying what to write instead, unless `text` is a usable pattern."""
    strange = _REGULAR_EXPRESSION.search(text)
    if strange:
        raise ValidationError(
            f"“{strange.group()}” belongs to regular expressions, which are not used here. Write "
            "words, * for any letters, ? for one, and | between alternatives: disk full | no space*"
        )
    alternatives = _alternatives(text)
    if len(alternatives) > MAX_ALTERNATIVES:
        raise ValidationError(f"More than {MAX_ALTERNATIVES} alternatives: split the pattern.")
    for alternative in alternatives or [""]:
        if not _PLAIN.search(alternative):
            raise ValidationError(
                f"“{alternative}” fits everything or nothing: name at least one letter or digit."
            )


class Compared(models.TextChoices):
    """What a pattern is held against."""

    TITLE = "title", "Title of the incident or of one of its alerts"
    SERVICE = "service", "Service"
    LABEL = "label", "Label of an alert"


class RunbookPattern(models.Model):
    """In titles a pattern stands anywhere, as whole words; services and labels must fit whole."""

    runbook = models.ForeignKey(Runbook, on_delete=models.CASCADE, related_name="patterns")
    field = models.CharField("compare", max_length=8, choices=Compared, default=Compared.TITLE)
    label = models.CharField(
        max_length=100, blank=True, help_text="For labels: its name, such as alertname."
    )
    pattern = models.CharField(
        max_length=MAX_PATTERN,
        validators=[check_pattern],
        help_text="Words; * is any letters, ? is one, | separates alternatives.",
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = "pattern"
        constraints = [
            models.UniqueConstraint(
                fields=["runbook", "field", "label", "pattern"], name="runbook_pattern_once"
            ),
            models.CheckConstraint(
                condition=models.Q(field__in=Compared.values), name="runbook_pattern_field_known"
            ),
        ]

    def __str__(self) -> str:
        names = {Compared.TITLE: "title has", Compared.SERVICE: "service is"}
        name = names.get(Compared(self.field), f"label {self.label} is")
        quoted = " or ".join(f"“{alternative}”" for alternative in _alternatives(self.pattern))
        return f"{name} {quoted}"

    def clean(self) -> None:
        if self.field == Compared.LABEL and not self.label.strip():
            raise ValidationError({"label": "Name the label to compare, such as alertname."})
        self.label = self.label.strip() if self.field == Compared.LABEL else ""

    def found_in(self, text: str) -> str:
        """The alternative that fits `text`, or "" where none does."""
        fits = _words_fit if self.field == Compared.TITLE else _whole_fits
        for alternative in _alternatives(self.pattern):
            if fits(alternative, text[:MAX_TEXT].casefold()):
                return alternative
        return ""


def _alternatives(pattern: str) -> list[str]:
    return [part.strip() for part in pattern.split("|") if part.strip()]


@lru_cache(maxsize=4096)
def _wildcard(pattern: str) -> re.Pattern[str]:
    """`fnmatch` compiles to expressions that never go back over what a * has taken."""
    return re.compile(fnmatch.translate(pattern.casefold().replace("[", "[[]")))


def _whole_fits(pattern: str, text: str) -> bool:
    return _wildcard(pattern).match(text.strip()) is not None


def _words_fit(pattern: str, text: str) -> bool:
    """Whether the words of `pattern` follow each other somewhere among the words of `text`."""
    wanted = [_wildcard(word) for word in _WORD.findall(pattern)]
    words = _WORD.findall(text)
    return any(
        all(want.match(word) for want, word in zip(wanted, words[start:], strict=False))
        for start in range(len(words) - len(wanted) + 1)
    )
