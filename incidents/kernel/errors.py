"""What can go wrong in the domain. Each error says what is wrong and what to do about it.

Web, API, sockets and commands map these to their own shape in one place each.
"""

from typing import ClassVar


class DomainError(Exception):
    """`message` says what is wrong, `hint` what to do; `status` is the HTTP status it maps to."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Invalid(DomainError):
    """The input cannot be accepted as it is; `field` names the part at fault."""

    code = "invalid"
    status = 422

    def __init__(self, message: str, hint: str = "", *, field: str = "") -> None:
        super().__init__(message, hint)
        self.field = field


class TooLarge(Invalid):
    """It would be taken if it were smaller."""

    code = "too_large"
    status = 413


class NotSignedIn(DomainError):
    code = "not_signed_in"
    status = 401


class NotAllowed(DomainError):
    code = "not_allowed"
    status = 403


class NotFound(DomainError):
    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The thing is in another state than the request assumes."""

    code = "conflict"
    status = 409


class Unavailable(DomainError):
    """Something outside is down; trying again may help."""

    code = "unavailable"
    status = 503
