"""The fixed headings of a post-mortem, in order, and what each asks of its writers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """`asks` is the question that the record cannot answer: people must."""

    slug: str
    title: str
    asks: str = ""


OUTLINE: tuple[Heading, ...] = (
    Heading("summary", "Summary"),
    Heading(
        "impact",
        "Impact",
        "Who was affected, how many, and what could they not do? What did it cost?",
    ),
    Heading("timeline", "Key events"),
    Heading("root_cause", "Root cause", "Which change or condition made it fail, and why then?"),
    Heading(
        "factors",
        "Contributing factors",
        "What made it possible, slower to see, or harder to stop?",
    ),
    Heading("detection", "Detection"),
    Heading("response", "Response"),
    Heading("decisions", "Decisions"),
    Heading("well", "What went well", "What should we keep doing?"),
    Heading("badly", "What went badly", "What slowed us down or made it worse?"),
    Heading(
        "lucky",
        "Where we were lucky",
        "What kept it from being worse that we cannot count on next time?",
    ),
    Heading(
        "recovery",
        "Resolution and recovery",
        "Which step ended it, and what had to be cleared up after?",
    ),
    Heading("lessons", "Lessons", "What do we know now that we did not know before?"),
    Heading("people", "People"),
    Heading("metrics", "Figures"),
)
_BY_SLUG = {heading.slug: heading for heading in OUTLINE}


def heading_of(slug: str) -> Heading | None:
    return _BY_SLUG.get(slug)
