"""What people typed into a form."""

from incidents.web.guard import Request


def text(request: Request, name: str) -> str:
    """Without space around it, and without NUL, which PostgreSQL cannot hold; empty where the form
    has no such field."""
    return request.POST.get(name, "").replace("\0", "").strip()
