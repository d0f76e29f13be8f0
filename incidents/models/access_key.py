"""Keys that programs use: API keys for the REST API, integrations for alerts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from incidents.kernel import clock, tokens
from incidents.kernel.errors import Invalid
from incidents.models.team import Service
from incidents.models.user import User


class Scope(models.TextChoices):
    READ = "read", "Read everything but private incidents"
    INCIDENTS = "incidents", "Declare and change incidents"
    EVENTS = "events", "Send events and alerts"
    STATUS = "status", "Publish to the status page"
    ADMIN = "admin", "Everything"


class ApiKey(models.Model):
    name = models.CharField(max_length=120)
    hint = models.CharField(max_length=12, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return self.name

    def is_live(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    @classmethod
    def issue(
        cls,
        name: str,
        scopes: Sequence[str],
        *,
        created_by: User | None = None,
        lifetime: timedelta | None = None,
    ) -> "tuple[ApiKey, str]":
        """Make a key; the token beside it is shown once and not stored.

        Raises Invalid for an empty name or a scope that does not exist.
        """
        wrong = sorted(set(scopes) - set(Scope.values))
        if wrong or not scopes:
            told = f"There is no scope {', '.join(wrong)}." if wrong else "A key needs a scope."
            raise Invalid(told, f"Scopes: {', '.join(Scope.values)}.", field="scopes")
        if not name.strip():
            raise Invalid("A key needs a name.", "Say who will use it.", field="name")
        token = tokens.new_token("isk")
        key = cls.objects.create(
            name=name.strip(),
            hint=tokens.hint(token),
            token_hash=tokens.digest(token),
            scopes=list(dict.fromkeys(scopes)),
            created_by=created_by,
            expires_at=clock.now() + lifetime if lifetime else None,
        )
        return key, token


class Integration(models.Model):
    """One source of alerts with a key of its own. `kind` is the slug of its adapter."""

    kind = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    hint = models.CharField(max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    service = models.ForeignKey(
        Service,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        help_text="Alerts that name no service of ours belong to this one.",
    )
    paused = models.BooleanField(default=False)
    options = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text="What its kind may be told; the console checks it.",
    )
    secret = models.TextField(
        blank=True, editable=False, db_default="", help_text="Signs its messages; encrypted."
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on its key is refused; empty: never."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_signal_at = models.DateTimeField(null=True, blank=True, editable=False)
    storm_until = models.DateTimeField(null=True, blank=True, editable=False)
    history: ClassVar[Any] = HistoricalRecords(
        excluded_fields=["key_hash", "secret", "last_signal_at", "storm_until"]
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def is_over(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at

    @classmethod
    def of_our_own(cls, kind: str, name: str) -> "Integration":
        """The integration of a source of our own, made on first use. Nobody is told its key."""
        found = cls.objects.filter(kind=kind, name=name).order_by("pk").first()
        if found is not None:
            return found
        unused = tokens.digest(tokens.new_token("isi"))
        return cls.objects.create(kind=kind, name=name, hint="none", key_hash=unused)
