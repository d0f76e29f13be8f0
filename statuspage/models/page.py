"""A page, whom it is for, and how it looks."""

from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models

from incidents.models import Team


class Audience(models.TextChoices):
    PUBLIC = "public", "Everybody"
    RESTRICTED = "restricted", "Only those who may"


class Language(models.TextChoices):
    """Those that this release speaks to customers."""

    ENGLISH = "en", "English"
    GERMAN = "de", "Deutsch"


class Font(models.TextChoices):
    SANS = "sans", "Sans serif"
    SERIF = "serif", "Serif"
    ROUND = "round", "Rounded"
    MONO = "mono", "Monospaced"


class Corners(models.TextChoices):
    SHARP = "sharp", "Sharp"
    SOFT = "soft", "Soft"
    ROUND = "round", "Round"


class Theme(models.TextChoices):
    SYSTEM = "system", "As the reader's system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


# First parts of addresses below a page, and of the door.
TAKEN: Final = (
    *("history", "incidents", "assets", "maintenance", "components", "api", "badge", "embed"),
    *("subscribe", "manage", "unsubscribe", "enter", *Language.values),
)


class Look(models.Model):
    """The tokens of a page's theme. Colours are #rrggbb; an empty one is the product's own."""

    brand = models.CharField(max_length=7, blank=True)
    on_brand = models.CharField(max_length=7, blank=True)
    page_light = models.CharField(max_length=7, blank=True)
    surface_light = models.CharField(max_length=7, blank=True)
    page_dark = models.CharField(max_length=7, blank=True)
    surface_dark = models.CharField(max_length=7, blank=True)
    font = models.CharField(max_length=5, choices=Font, default=Font.SANS)
    corners = models.CharField(max_length=5, choices=Corners, default=Corners.SOFT)
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    links = models.JSONField(
        default=list, blank=True, help_text="In the head: a list of {label, url}."
    )
    home_url = models.URLField(blank=True, help_text="Where the logo leads.")
    support_url = models.CharField(max_length=300, blank=True, help_text="https: or mailto:")
    footer = models.CharField(max_length=500, blank=True, help_text="Markdown.")

    class Meta:
        abstract = True


class Counting(models.Model):
    """How availability is counted: what share of its time a state counts as lost, in percent."""

    shows_uptime = models.BooleanField(default=True)
    partial_weight = models.PositiveSmallIntegerField(
        default=30, validators=[MaxValueValidator(100)]
    )
    degraded_weight = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(100)]
    )
    maintenance_counts = models.BooleanField(
        default=False, help_text="Maintenance counts as lost time; otherwise it is left out."
    )

    class Meta:
        abstract = True


class Admission(models.Model):
    """Who reads a page that is not for everybody: from one of `networks` where any are named, and
    of those whoever is signed in (in one of `teams` where any are named), or has the password.
    Where neither is asked for, the networks alone decide."""

    audience = models.CharField(max_length=10, choices=Audience, default=Audience.PUBLIC)
    asks_sign_in = models.BooleanField(default=False)
    teams = models.ManyToManyField(Team, blank=True, related_name="+")
    password = models.CharField(max_length=128, blank=True, editable=False)
    networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    shows_inside = models.BooleanField(
        default=False,
        help_text="Incidents show their reference, severity, service and who leads.",
    )

    class Meta:
        abstract = True

    @property
    def is_public(self) -> bool:
        return self.audience == Audience.PUBLIC

    @property
    def is_internal(self) -> bool:
        """Whoever reads it is signed in here."""
        return not self.is_public and self.asks_sign_in and not self.password

    @property
    def tells_inside(self) -> bool:
        return self.shows_inside and self.is_internal

    def knows_password(self, given: str) -> bool:
        return bool(self.password) and check_password(given, self.password)


class StatusPage(Look, Counting, Admission):
    """One page for one audience.

    Each change that shows on the page raises `version` in its own transaction. `rendered_version`
    follows when the snapshots are written, so a page whose rendering was lost can be found.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80, help_text="Whose status it is, as customers know you.")
    description = models.CharField(max_length=300, blank=True)
    is_default = models.BooleanField(
        default=False, help_text="The page at /status. There is one such page."
    )
    enabled = models.BooleanField(default=True, help_text="A page that is off answers not found.")
    host = models.CharField(
        max_length=253, blank=True, help_text="A host name of its own, such as status.example.com."
    )
    language = models.CharField(max_length=5, choices=Language, default=Language.ENGLISH)
    languages = ArrayField(
        models.CharField(max_length=5, choices=Language),
        default=list,
        blank=True,
        help_text="In which others it can be read too.",
    )
    searchable = models.BooleanField(default=True, help_text="Search engines may list it.")
    takes_subscribers = models.BooleanField(default=True)
    needs_approval = models.BooleanField(
        default=False, help_text="What one person writes, another one has to approve."
    )
    version = models.PositiveBigIntegerField(default=1, editable=False)
    rendered_version = models.PositiveBigIntegerField(default=0, editable=False)
    rendered_at = models.DateTimeField(null=True, editable=False)
    edition = models.CharField(max_length=16, blank=True, editable=False)

    class Meta:
        ordering = ("-is_default", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="status_page_one_default",
            ),
            models.UniqueConstraint(
                fields=["host"], condition=~models.Q(host=""), name="status_page_host_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(slug__in=TAKEN), name="status_page_slug_free"
            ),
            models.CheckConstraint(
                condition=models.Q(shows_inside=False)
                | models.Q(audience=Audience.RESTRICTED, asks_sign_in=True, password=""),
                name="status_page_inside_is_internal",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where the public reads it; the door answers, not Django."""
        return "/status" if self.is_default else f"/status/{self.slug}"

    @property
    def public_url(self) -> str:
        """The one address that is given to the public, without a slash at the end."""
        if self.host:
            return f"https://{self.host}"
        return settings.SITE_URL.rstrip("/") + self.get_absolute_url()


class ImageKind(models.TextChoices):
    LOGO = "logo", "Logo"
    LOGO_DARK = "logo-dark", "Logo on dark"
    FAVICON = "favicon", "Icon"


class PageImage(models.Model):
    """A picture that belongs to a page, checked by its content."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="images")
    kind = models.CharField(max_length=9, choices=ImageKind)
    content_type = models.CharField(max_length=40)
    body = models.BinaryField()
    digest = models.CharField(max_length=16)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "kind"], name="page_image_once")]

    def __str__(self) -> str:
        return f"{self.page.slug} {self.kind}"
