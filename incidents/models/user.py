"""The people who use the product."""

from datetime import timedelta
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models

from incidents.kernel import clock, tokens


class Role(models.TextChoices):
    OBSERVER = "observer", "Observer"
    RESPONDER = "responder", "Responder"
    COMMANDER = "commander", "Commander"
    ADMIN = "admin", "Admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Theme(models.TextChoices):
    SYSTEM = "system", "As the system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


def known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is no time zone. Write one as in Europe/Berlin.")


class User(AbstractUser):
    """A person. `username` is the handle that mentions and commands use."""

    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=12, choices=Role, default=Role.RESPONDER)
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[known_zone],
        help_text="As in Europe/Berlin. Empty: as on the person's device.",
    )
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def initials(self) -> str:
        words = str(self).split()
        return "".join(word[0] for word in (words[0], words[-1]) if word)[:2].upper()

    def save(self, *args: object, **kwargs: object) -> None:
        # `createsuperuser` says it in Django's words; from then on the role alone decides.
        if self._state.adding and self.is_superuser:
            self.role = Role.ADMIN
        self.is_staff = self.is_superuser = self.role == Role.ADMIN
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came


class SignInLink(models.Model):
    """A one-time link that signs a person in without a password."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Link for {self.user}"

    @classmethod
    def issue(cls, user: User, *, lifetime: timedelta = timedelta(days=1)) -> str:
        """Make a link for `user`; returns its token, which is shown once and not stored."""
        token = tokens.new_token("in")
        cls.objects.create(
            user=user, token_hash=tokens.digest(token), expires_at=clock.now() + lifetime
        )
        return token

    @classmethod
    def redeem(cls, token: str) -> User | None:
        """Use the link up; None when it is unknown, used, expired, or its owner is gone."""
        now = clock.now()
        live = cls.objects.filter(
            token_hash=tokens.digest(token),
            used_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        link = live.select_related("user").first()
        # The row count decides between two who follow the link at once.
        if link is None or not live.filter(pk=link.pk).update(used_at=now):
            return None
        return link.user
