"""The words of triage: what kind of incident it is, whom it hurts, and how soon it needs care."""

from collections.abc import Mapping
from typing import Final

from django.db import models


class Category(models.TextChoices):
    TECHNICAL = "technical", "Technical"
    SECURITY = "security", "Security"
    OPERATIONAL = "operational", "Operational"


class IncidentType(models.TextChoices):
    SERVICE_OUTAGE = "service_outage", "Service outage"
    PERFORMANCE_DEGRADATION = "performance_degradation", "Performance degradation"
    DATABASE_FAILURE = "database_failure", "Database failure"
    NETWORK_ISSUE = "network_issue", "Network issue"
    API_FAILURE = "api_failure", "API failure"
    UNAUTHORIZED_ACCESS = "unauthorized_access", "Unauthorized access"
    DATA_BREACH = "data_breach", "Data breach"
    DDOS = "ddos", "DDoS"
    MALWARE = "malware", "Malware"
    VULNERABILITY_EXPLOITATION = "vulnerability_exploitation", "Vulnerability exploitation"
    DEPLOYMENT_FAILURE = "deployment_failure", "Deployment failure"
    CONFIGURATION_ERROR = "configuration_error", "Configuration error"
    RESOURCE_EXHAUSTION = "resource_exhaustion", "Resource exhaustion"
    BACKUP_FAILURE = "backup_failure", "Backup failure"
    HUMAN_ERROR = "human_error", "Human error"
    OTHER = "other", "Other"


class Impact(models.TextChoices):
    """Whom it hurts, the worst first."""

    CRITICAL = "critical", "All customers"
    MAJOR = "major", "Many customers"
    MINOR = "minor", "Few customers"
    NONE = "none", "No customers"


class Priority(models.TextChoices):
    """How soon it needs care, the soonest first."""

    URGENT = "urgent", "Urgent"
    HIGH = "high", "High"
    NORMAL = "normal", "Normal"
    LOW = "low", "Low"


class Tier(models.IntegerChoices):
    """How much hangs on a service."""

    VITAL = 1, "1: customers notice at once"
    IMPORTANT = 2, "2: customers notice after a while"
    INTERNAL = 3, "3: only we notice"


def in_sentence(label: str) -> str:
    """A label within a sentence: "database failure", "API failure"."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


_T, _C = IncidentType, Category
CATEGORY_OF: Final[Mapping[str, Category]] = {
    **dict.fromkeys(
        (
            *(_T.SERVICE_OUTAGE, _T.PERFORMANCE_DEGRADATION, _T.DATABASE_FAILURE),
            *(_T.NETWORK_ISSUE, _T.API_FAILURE, _T.OTHER),
        ),
        _C.TECHNICAL,
    ),
    **dict.fromkeys(
        (
            *(_T.UNAUTHORIZED_ACCESS, _T.DATA_BREACH, _T.DDOS, _T.MALWARE),
            _T.VULNERABILITY_EXPLOITATION,
        ),
        _C.SECURITY,
    ),
    **dict.fromkeys(
        (
            *(_T.DEPLOYMENT_FAILURE, _T.CONFIGURATION_ERROR, _T.RESOURCE_EXHAUSTION),
            *(_T.BACKUP_FAILURE, _T.HUMAN_ERROR),
        ),
        _C.OPERATIONAL,
    ),
}

# Severity rank → impact → priority. The diagonal is what the severity alone says.
_I, _P = Impact, Priority
PRIORITY_OF: Final[Mapping[int, Mapping[str, Priority]]] = {
    0: {_I.CRITICAL: _P.URGENT, _I.MAJOR: _P.URGENT, _I.MINOR: _P.HIGH, _I.NONE: _P.NORMAL},
    1: {_I.CRITICAL: _P.URGENT, _I.MAJOR: _P.HIGH, _I.MINOR: _P.NORMAL, _I.NONE: _P.NORMAL},
    2: {_I.CRITICAL: _P.HIGH, _I.MAJOR: _P.NORMAL, _I.MINOR: _P.NORMAL, _I.NONE: _P.LOW},
    3: {_I.CRITICAL: _P.NORMAL, _I.MAJOR: _P.LOW, _I.MINOR: _P.LOW, _I.NONE: _P.LOW},
}
_BY_SEVERITY: Final = (_P.URGENT, _P.HIGH, _P.NORMAL, _P.LOW)
_MILDEST: Final = 3


def priority_of(rank: int, impact: str) -> Priority:
    """The priority of a severity and an impact; unknown ones count as the mildest."""
    row = PRIORITY_OF[min(rank, _MILDEST)]
    return row.get(impact, row[Impact.NONE])


def usual_priority(rank: int) -> Priority:
    """What the severity alone says."""
    return _BY_SEVERITY[min(rank, _MILDEST)]
