"""Requests that may be sent again: the key a client chose, and what its first request made."""

from django.db import models


class IdempotencyKey(models.Model):
    """`asker` and `key` name the request, `digest` is the hash of its body."""

    asker = models.CharField(max_length=170)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    made = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asker", "key"], name="idempotency_key_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key
