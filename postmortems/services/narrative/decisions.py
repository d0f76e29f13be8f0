"""What was decided, in order, and what it could have been."""

from incidents.models import Fact
from postmortems.models import Record
from postmortems.services.narrative.prose import bullets, clock_time, plain, said

_VERDICTS = {"supported": "the evidence speaks for it", "refuted": "the evidence speaks against it"}


def decisions(record: Record) -> str:
    recorded = record.of("decision.recorded")
    if not recorded:
        return "No decision was put on record."
    later = {fact.data.get("supersedes"): fact for fact in recorded if fact.data.get("supersedes")}
    return "\n".join(_decision(fact, later.get(fact.data["number"]), record) for fact in recorded)


def _decision(fact: Fact, later: Fact | None, record: Record) -> str:
    who = str(fact.data.get("decider") or fact.actor_name)
    when = clock_time(fact.occurred_at, record)
    text = f"**{when}** {plain(who)} decided: {plain(str(fact.data['decision']))}"
    if fact.data.get("why"):
        text += f", because {plain(str(fact.data['why']))}"
    if fact.data.get("alternatives"):
        text += f". Also possible: {plain(str(fact.data['alternatives']))}"
    if later is None:
        return f"1. {said(text, fact)}"
    at = clock_time(later.occurred_at, record)
    replaced = f"Replaced by decision {later.data['number']} at {at}"
    return f"1. {said(text, fact)} {said(replaced, later)}"


def hypotheses(record: Record) -> str:
    """What was thought of, each with its last verdict; empty where nothing was put on record."""
    last = {fact.data["number"]: fact for fact in record.of("hypothesis.judged")}
    proposed = record.of("hypothesis.proposed")
    return bullets(_hypothesis(fact, last.get(fact.data["number"])) for fact in proposed)


def _hypothesis(proposed: Fact, judged: Fact | None) -> str:
    text = f"Hypothesis “{plain(str(proposed.data['hypothesis']))}”"
    verdict = _VERDICTS.get(str(judged.data["verdict"])) if judged else None
    if judged is None or verdict is None:
        return said(f"{text}: nobody has judged it", proposed)
    return said(f"{text}: {verdict}. {plain(str(judged.data['evidence']))}", proposed, judged)
