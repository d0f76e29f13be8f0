"""Other rules taken together: all of them, or any of them."""

from incidents.kernel.options import Option
from incidents.models import DetectionRule
from incidents.sources.detection import KINDS, Evidence, Judgement, Kind, Verdict, settings_of


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    settings = settings_of(rule)
    members = settings["rules"]
    count = sum(1 for pk in members if evidence.firing.get(pk))
    asleep = sum(1 for pk in members if pk not in evidence.firing)
    note = f"{asleep} of its {len(members)} rules are off: they are not judged." if asleep else ""
    over = count == len(members) if settings["how"] == "all" else count > 0
    line = f"{count} of {len(members)} rules are over their line"
    return Judgement([Verdict({}, float(count), bool(members) and over, line)], note)


KINDS.add("composite")(
    Kind(
        label="Composite",
        about="Opens an alert when other rules fire together. Those may be in shadow.",
        judge=judge,
        reads="rules",
        compares=False,
        options=(
            Option("rules", "Rules", "rules", help="The rules that it looks at."),
            Option(
                "how",
                "Opens when",
                "choice",
                "all",
                choices=(("all", "All of them fire"), ("any", "Any of them fires")),
            ),
        ),
    )
)
