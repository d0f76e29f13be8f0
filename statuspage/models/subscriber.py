"""Who wants to hear, what there is to tell, and whom it was told."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models

from statuspage.models.component import Component, ComponentChange
from statuspage.models.maintenance import MaintenanceUpdate
from statuspage.models.page import Language, StatusPage
from statuspage.models.told import PublicUpdate


class Way(models.TextChoices):
    """How a subscriber is reached; each is a channel of the hub."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    WEBHOOK = "webhook", "Webhook"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"


class SubscriberState(models.TextChoices):
    PENDING = "pending", "Not confirmed yet"
    ACTIVE = "active", "Active"
    LEFT = "left", "Unsubscribed"
    BOUNCED = "bounced", "Cannot be reached"


class Pace(models.TextChoices):
    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Once a day"


def new_nonce() -> str:
    return secrets.token_urlsafe(12)


class Subscriber(models.Model):
    """Somebody who is told of what a page tells. `address_key` is the address in one form, so that
    it subscribes once. Links in messages carry a signed token made of the row and its `nonce`; a
    new nonce makes all older links void. `secret` signs webhooks; it is sealed."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="subscribers")
    way = models.CharField(max_length=7, choices=Way)
    address = models.CharField(max_length=500)
    address_key = models.CharField(max_length=64, editable=False)
    state = models.CharField(max_length=7, choices=SubscriberState, default=SubscriberState.PENDING)
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    secret = models.TextField(blank=True, editable=False)
    components = models.ManyToManyField(
        Component, blank=True, related_name="+", help_text="None: all of the page."
    )
    wants_incidents = models.BooleanField(default=True)
    wants_maintenance = models.BooleanField(default=True)
    pace = models.CharField(max_length=7, choices=Pace, default=Pace.AT_ONCE)
    language = models.CharField(max_length=5, choices=Language, default=Language.ENGLISH)
    source = models.CharField(max_length=12, default="form", editable=False)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    asked_at = ArrayField(
        models.DateTimeField(),
        default=list,
        blank=True,
        editable=False,
        help_text="When a confirmation was sent in the last hour.",
    )
    bounces = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    last_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["page", "way", "address_key"], name="subscriber_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=SubscriberState.values), name="subscriber_known"
            ),
        ]
        indexes = [models.Index(fields=["page", "state"], name="subscriber_by_state")]

    def __str__(self) -> str:
        return self.address


class Broadcast(models.Model):
    """One thing to tell all subscribers of a page whom it concerns. `components` are the ids it is
    about; none means all. A digest tells of what was published from `since` to `until`; a state
    set by hand is told to programs only.

    It is fanned out once, by one statement: `fanned_at` is when.
    """

    class Kind(models.TextChoices):
        INCIDENT = "incident", "Incident"
        MAINTENANCE = "maintenance", "Maintenance"
        DIGEST = "digest", "Digest"
        COMPONENT = "component", "State set by hand"

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="broadcasts")
    kind = models.CharField(max_length=11, choices=Kind)
    update = models.OneToOneField(
        PublicUpdate, null=True, blank=True, on_delete=models.CASCADE, related_name="broadcast"
    )
    maintenance_update = models.OneToOneField(
        MaintenanceUpdate,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="broadcast",
    )
    change = models.OneToOneField(
        ComponentChange, null=True, blank=True, on_delete=models.CASCADE, related_name="broadcast"
    )
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    components = ArrayField(models.BigIntegerField(), default=list, blank=True)
    made_at = models.DateTimeField()
    fanned_at = models.DateTimeField(null=True, blank=True)
    told = models.PositiveIntegerField(default=0, help_text="How many it was fanned out to.")

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "until"],
                condition=models.Q(kind="digest"),
                name="broadcast_one_digest",
            ),
        ]
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=models.Q(fanned_at__isnull=True),
                name="broadcast_to_fan_out",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class TellState(models.TextChoices):
    DUE = "due", "Waits"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    DROPPED = "dropped", "Not sent"


class Errand(models.TextChoices):
    """What a message is for."""

    NEWS = "news", "News of the page"
    CONFIRM = "confirm", "Asks to confirm"
    LINKS = "links", "Links to change or stop it"


class Telling(models.Model):
    """One message to one subscriber: a broadcast, or what was asked for. Leased, sent, then marked;
    sent again after a crash it carries the same message id, made of its row. `way` is how the
    subscriber is reached, kept here because each way has its own queue."""

    id = models.BigAutoField(primary_key=True)
    broadcast = models.ForeignKey(
        Broadcast, null=True, blank=True, on_delete=models.CASCADE, related_name="tellings"
    )
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="tellings")
    errand = models.CharField(max_length=7, choices=Errand, default=Errand.NEWS)
    way = models.CharField(max_length=7, choices=Way)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=TellState, default=TellState.DUE)
    next_due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "subscriber"], name="telling_once"),
            models.CheckConstraint(
                condition=models.Q(broadcast__isnull=False) | ~models.Q(errand=Errand.NEWS),
                name="telling_has_news",
            ),
        ]
        indexes = [
            models.Index(
                fields=["way", "next_due_at", "id"],
                condition=models.Q(state=TellState.DUE),
                name="telling_due_by_way",
            ),
            models.Index(fields=["subscriber", "-id"], name="telling_of_subscriber"),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast or self.get_errand_display()} → {self.subscriber_id}"
