"""Every error of the API in one shape: application/problem+json (RFC 9457).

`type`, `title`, `status` and `detail` are always there; `hint` says what to do, and `errors` lists
the faults of the input field by field.
"""

import logging
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypedDict

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import IntegrityError, OperationalError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from incidents.kernel.errors import DomainError, Invalid

logger = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
CHALLENGE: Final = 'Bearer realm="api"'

TITLES: Final = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    406: "Not available in that form",
    409: "It is in another state",
    413: "Too much at once",
    415: "Not a format we read",
    422: "The input cannot be accepted",
    429: "Too many requests",
    500: "Our fault",
    503: "Not available right now",
}


class FieldError(TypedDict):
    field: str
    message: str


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def as_problem(
    status: int, detail: str, *, code: str, hint: str = "", errors: list[FieldError] | None = None
) -> dict[str, Any]:
    """The members of one problem document."""
    problem: dict[str, Any] = {
        "type": f"urn:problem:{code.replace('_', '-')}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    if hint:
        problem["hint"] = hint
    if errors:
        problem["errors"] = errors
    return problem


def problem(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer `error`; Django REST framework calls this for whatever a view raises."""
    members, headers = _read(error)
    if members["status"] >= 500 and members["status"] != 503:
        request = context.get("request")
        logger.error("The API failed at %s", getattr(request, "path", "?"), exc_info=error)
        got_request_exception.send(sender=problem, request=request)
    if members["status"] == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    return Response(members, members["status"], headers=headers, content_type=MEDIA_TYPE)


def _read(error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    match error:
        case DomainError():
            found = _of_domain(error)
        case Http404():
            found = as_problem(404, "There is nothing here.", code="not_found")
        case PermissionDenied():
            found = as_problem(403, "You may not do that.", code="not_allowed")
        case exceptions.ValidationError():
            found = _of_validation(error)
        case exceptions.APIException():
            return _of_framework(error)
        case IntegrityError():
            text = "Somebody else has just made the same thing, or removed what this refers to."
            found = as_problem(409, text, code="conflict", hint="Read it again, then try again.")
        case OperationalError():
            text = "The database does not answer right now. Nothing was changed; try again."
            return as_problem(503, text, code="unavailable"), {"Retry-After": "5"}
        case _:
            text = "Something went wrong on our side. It has been logged; nothing was changed."
            found = as_problem(500, text, code="internal")
    return found, {}


def _of_domain(error: DomainError) -> dict[str, Any]:
    errors: list[FieldError] = []
    if isinstance(error, Invalid) and error.field:
        errors = [{"field": error.field, "message": error.message}]
    return as_problem(error.status, error.message, code=error.code, hint=error.hint, errors=errors)


def _of_validation(error: exceptions.ValidationError) -> dict[str, Any]:
    errors = list(_flatten(error.detail))
    first = errors[0]
    detail = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return as_problem(422, detail, code="invalid", errors=errors)


def _flatten(detail: Any, path: str = "") -> Iterator[FieldError]:
    """Each fault of a nested serializer error with the dotted path of its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flatten(inner, path if name == "non_field_errors" else _join(path, name))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flatten(inner, _join(path, position) if nested else path)
    else:
        yield {"field": path, "message": str(detail)}


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _of_framework(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    wait = getattr(error, "wait", None)
    headers = {} if wait is None else {"Retry-After": str(math.ceil(wait))}
    status_code = 401 if isinstance(error, exceptions.AuthenticationFailed) else error.status_code
    code = str(getattr(error.detail, "code", "")) or error.default_code
    return as_problem(status_code, str(error.detail), code=code), headers
