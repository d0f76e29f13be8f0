"""What a person is told of: one row for each fact that calls them."""

from django.db import models

from incidents.models.fact import Fact
from incidents.models.incident import Incident
from incidents.models.user import User


class Notice(models.Model):
    """`text` follows the name of whoever did it. An urgent notice rings and stays until it is seen.

    Who may no longer see the incident sees the notice no more: list rows by `access.known_to_each`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notices")
    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    text = models.TextField()
    url = models.CharField(max_length=300)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["user", "fact"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notice_newest"),
            models.Index(
                fields=["user"], name="notice_unread", condition=models.Q(read_at__isnull=True)
            ),
            models.Index(fields=["created_at"], name="notice_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
