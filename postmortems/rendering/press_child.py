"""Lays out one document: HTML on standard input, PDF on standard output, then it ends.

Started by press.py with the isolated interpreter; it imports nothing of the product.
"""

import resource
import select
import sys

SECONDS = 20
MEMORY = 512 * 1024 * 1024
IDLE_SECONDS = 900
NO_LIBRARY = 3
TOO_MUCH = 4


def limit() -> None:
    """At most 20 seconds of processor time and 512 MB; no core dumps."""
    for what, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue  # macOS knows no limit on address space


def main() -> int:
    limit()
    try:
        import weasyprint  # noqa: PLC0415  # may be missing its libraries
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except (ImportError, OSError) as error:
        sys.stderr.write(str(error))
        return NO_LIBRARY
    # Whoever kept this child warm may never need it.
    if not select.select([sys.stdin], [], [], IDLE_SECONDS)[0]:
        return 0
    html = sys.stdin.buffer.read().decode()
    if not html:
        return 0
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    try:
        page = weasyprint.HTML(string=html, url_fetcher=fetcher)
        pdf = page.write_pdf(pdf_variant="pdf/ua-1")
    except (MemoryError, RecursionError) as error:
        sys.stderr.write(repr(error))
        return TOO_MUCH
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
