"""Rules against noise in the Django admin: to look at, with their versions."""

from django.test import Client
from django.urls import reverse

from tests.noise.conftest import Sender, grouped, silenced
from tests.noise.test_maintenance import planned


def test_they_are_read_with_their_versions_and_changed_elsewhere(
    sender: Sender, admin: Client
) -> None:
    rows = {"silence": silenced('type="A"'), "maintenancewindow": planned()}
    for name, row in {**rows, "groupingpolicy": grouped()}.items():
        for page in ("changelist", "change", "history"):
            if (name, page) == ("silence", "history"):
                continue
            args = [] if page == "changelist" else [row.pk]
            response = admin.get(reverse(f"admin:incidents_{name}_{page}", args=args))
            assert response.status_code == 200, (name, page)
            assert str(row) in response.content.decode()
        assert admin.get(reverse(f"admin:incidents_{name}_add")).status_code == 403
