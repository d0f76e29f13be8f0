"""Every address of the product. The door (incidentsite.asgi) answers some before Django."""

from django.contrib import admin
from django.urls import include, path

from incidents.api.events import NowhereView

urlpatterns = [
    path("", include("incidents.web.urls")),
    path("", include("warroom.urls")),
    path("", include("statuspage.urls")),
    path("status/", include("statuspage.public_urls")),
    path("", include("runbooks.urls")),
    path("", include("postmortems.urls")),
    path("v2/", include("incidents.api.opsgenie_urls")),
    path("api/v2/", include("incidents.api.alertmanager_urls")),
    path("api/", include("incidents.api.urls")),
    path("api/", include("warroom.api_urls")),
    path("api/", include("statuspage.api_urls")),
    path("api/", include("runbooks.api_urls")),
    path("api/", include("postmortems.api_urls")),
    path("api/<path:rest>", NowhereView.as_view()),
    path("admin/", admin.site.urls),
]
