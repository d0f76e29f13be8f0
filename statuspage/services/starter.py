"""What a new installation begins with: one page that lists every service, and texts for incidents
of which customers should not read more than they have to."""

from typing import Final

from django.db import transaction

from incidents.models import Category, Service
from statuspage.models import Component, PublicState, StatusPage, UpdateTemplate
from statuspage.services.snapshots import locked, raise_version

_SECURITY: Final = (
    (
        PublicState.INVESTIGATING,
        (
            "We are looking into a security matter that concerns {components}. We tell you what it "
            "means for you as soon as we know, and will update this page within {within}."
        ),
    ),
    (
        PublicState.IDENTIFIED,
        (
            "We know what the security matter with {components} is, and have taken steps to "
            "protect your data. We will update this page within {within}."
        ),
    ),
    (
        PublicState.RESOLVED,
        (
            "The security matter with {components} is settled. Whoever is affected hears from us "
            "directly."
        ),
    ),
)


@transaction.atomic
def load_starter_page() -> None:
    """Make the default page where there is none, and fill one that lists nothing.

    Loading again changes nothing that people have edited.
    """
    page = StatusPage.objects.filter(is_default=True).first()
    if page is None:
        page, _ = StatusPage.objects.get_or_create(
            slug="main", defaults={"name": "Our services", "is_default": True}
        )
        _load_texts()
    if page.components.exists():
        return
    Component.objects.bulk_create(
        Component(
            page=page,
            slug=service.slug,
            name=service.name,
            service=service,
            position=position,
        )
        for position, service in enumerate(Service.objects.order_by("pk"), start=1)
    )
    raise_version(locked(page.pk))


def _load_texts() -> None:
    for state, body in _SECURITY:
        UpdateTemplate.objects.get_or_create(
            name=f"Security: {state.label.lower()}",
            defaults={"state": state, "category": Category.SECURITY, "body": body},
        )
