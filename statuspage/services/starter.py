"""What a new installation begins with: one page that lists every service."""

from django.db import transaction

from incidents.models import Service
from statuspage.models import Component, StatusPage
from statuspage.services.snapshots import locked, raise_version


@transaction.atomic
def load_starter_page() -> None:
    """Make the default page where there is none, and fill one that lists nothing.

    Loading again changes nothing that people have edited.
    """
    page = StatusPage.objects.filter(is_default=True).first()
    if page is None:
        page, _ = StatusPage.objects.get_or_create(
            slug="main", defaults={"name": "Status", "is_default": True}
        )
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
