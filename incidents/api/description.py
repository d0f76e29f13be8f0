"""/api/schema and /api/docs: the API described, for programs and for people."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.permissions import PUBLIC


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. It takes a second to make, and is the same for everybody."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]  # drf_spectacular has no types
    made: dict[str, Any] = generator.get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )
    return made


class SchemaView(SpectacularJSONAPIView):
    actions: ClassVar[Mapping[str, str]] = {"GET": PUBLIC}

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:  # noqa: ARG002  # DRF passes it
        return Response(document(), headers={"Cache-Control": "max-age=60"})


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own host, under the security policy of all pages."""

    actions: ClassVar[Mapping[str, str]] = {"GET": PUBLIC}
    url_name = "api:schema"
    template_name = "api/docs.html"
