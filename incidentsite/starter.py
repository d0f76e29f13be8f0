"""The starter kit: what a new installation begins with. Loading it twice changes nothing."""

from typing import Final

from django.db import transaction

from incidents.models import Role, Service, Setting, Severity, Team, User
from incidents.pipeline.stages import load_stages
from incidents.sources.detection.library import load_rules
from incidents.tasks.schedule import install_schedule
from runbooks.services import load_library
from statuspage import tasks as statuspage
from statuspage.services import load_starter_page
from warroom import tasks as warroom
from warroom.services.by_rule import load_role_rules

VERSION: Final = 5
_MARK: Final = "starter_kit"

_SEVERITIES: Final = (
    {
        "code": "P0",
        "label": "Critical",
        "rank": 0,
        "aliases": ["sev0", "sev1", "critical", "fatal", "emergency", "disaster", "page"],
        "definition": "Customers cannot use the product, lose data, or are at risk.",
        "examples": "Checkout fails for everybody; data breach; the whole site is down.",
        "ack_minutes": 15,
        "mitigate_minutes": 120,
        "update_minutes": 30,
        "stale_minutes": 15,
        "stage_factor": 1,
    },
    {
        "code": "P1",
        "label": "High",
        "rank": 1,
        "aliases": ["sev2", "high", "error", "major", "urgent"],
        "definition": "An important part is broken or slow for many customers.",
        "examples": "Card payments fail in one region; sign-in takes 20 seconds.",
        "ack_minutes": 30,
        "mitigate_minutes": 240,
        "update_minutes": 60,
        "stale_minutes": 15,
        "stage_factor": 1,
    },
    {
        "code": "P2",
        "label": "Medium",
        "rank": 2,
        "aliases": ["sev3", "medium", "warning", "warn", "minor", "average"],
        "definition": "Something is degraded, with a way around it.",
        "examples": "Reports arrive late; one replica is down.",
        "ack_minutes": 60,
        "mitigate_minutes": 480,
        "update_minutes": 240,
        "stale_minutes": 30,
        "stage_factor": 4,
    },
    {
        "code": "P3",
        "label": "Low",
        "rank": 3,
        "aliases": ["sev4", "sev5", "p4", "p5", "low", "info", "informational", "notice", "debug"],
        "definition": "Nobody outside notices; it needs care in working hours.",
        "examples": "A certificate expires in two weeks; a disk is 80 % full.",
        "ack_minutes": 240,
        "mitigate_minutes": 1440,
        "update_minutes": 1440,
        "stale_minutes": 60,
        "stage_factor": 16,
    },
)
_TEAMS: Final = (
    ("payments", "Payments", "Checkout, card payments and invoices."),
    ("platform", "Platform", "Compute, databases, networks and delivery."),
    ("product", "Product", "Web shop, search and the public API."),
)
_SERVICES: Final = (
    ("web-shop", "Web shop", "product", "What customers see first.", ("checkout", "search", "api")),
    ("checkout", "Checkout", "payments", "From basket to paid order.", ("payments", "database")),
    ("payments", "Card payments", "payments", "Talks to the card networks.", ()),
    ("search", "Search", "product", "Finds products.", ("database",)),
    ("api", "Public API", "product", "What partners build on.", ("database",)),
    ("database", "Database", "platform", "The primary PostgreSQL cluster.", ()),
)


def is_loaded() -> bool:
    mark = Setting.objects.filter(name=_MARK).first()
    return mark is not None and mark.value == VERSION


@transaction.atomic
def load() -> None:
    """Load what is missing; rows that people have changed stay as they are."""
    for row in _SEVERITIES:
        Severity.objects.get_or_create(code=row["code"], defaults=row)
    if not Team.objects.exists() and not Service.objects.exists():
        _load_catalogue()
    if not User.objects.filter(role=Role.ADMIN).exists():
        admin = User(username="admin", name="Admin", role=Role.ADMIN)
        admin.set_unusable_password()
        admin.save()
    load_stages()
    load_role_rules()
    load_library()
    load_rules()
    load_starter_page()
    install_schedule(
        {
            statuspage.refresh_stale_pages.name: statuspage.EVERY,
            statuspage.write_mirrors.name: statuspage.MIRRORS_EVERY,
            warroom.keep_documents.name: warroom.KEEP_EVERY,
            warroom.sweep_files.name: warroom.SWEEP_EVERY,
        }
    )
    Setting.objects.update_or_create(name=_MARK, defaults={"value": VERSION})


def _load_catalogue() -> None:
    teams = {
        slug: Team.objects.create(slug=slug, name=name, description=text)
        for slug, name, text in _TEAMS
    }
    services = {
        slug: Service.objects.create(slug=slug, name=name, team=teams[team], description=text)
        for slug, name, team, text, _ in _SERVICES
    }
    for slug, *_, needs in _SERVICES:
        services[slug].depends_on.set([services[need] for need in needs])
