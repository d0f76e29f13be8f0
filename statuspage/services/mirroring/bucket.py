"""A copy in storage that speaks S3, for a CDN or the storage's own web server.

Only what changed is put there, and only what we put there is ever taken away: the list of it is one
more object.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from incidents.kernel import guarded
from incidents.kernel.errors import Invalid
from statuspage.services.mirroring.bundle import File, Unwritten

if TYPE_CHECKING:  # 9 MB, and only the worker needs it
    from obstore.store import S3Store

FIELDS: Final = ("endpoint", "bucket", "region", "prefix", "access_key_id", "virtual_hosted")
LIST: Final = ".status-page-files.json"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"[A-Za-z0-9._/-]{0,200}")


def check(options: Mapping[str, Any]) -> None:
    if not _BUCKET.fullmatch(str(options.get("bucket", ""))):
        raise Invalid("Give the bucket by its name.", "Such as status-example.", field="bucket")
    if not _PREFIX.fullmatch(str(options.get("prefix", ""))):
        raise Invalid("That prefix cannot be used.", "Such as status.", field="prefix")
    if not options.get("access_key_id"):
        raise Invalid("Give the id of the access key.", field="access_key_id")
    if endpoint := options.get("endpoint"):
        guarded.checked_url(str(endpoint))


def write(files: Sequence[File], options: Mapping[str, Any], secret: str) -> None:
    from obstore.exceptions import BaseError  # noqa: PLC0415

    check(options)
    try:
        _write(_store(options, secret), files)
    except (BaseError, OSError) as error:
        raise Unwritten(f"The storage refused it: {_short(error)}") from error


def _store(options: Mapping[str, Any], secret: str) -> "S3Store":
    from obstore.store import S3Store  # noqa: PLC0415

    endpoint = str(options.get("endpoint") or "")
    own: Any = {"endpoint": endpoint} if endpoint else {}
    return S3Store(
        str(options["bucket"]),
        prefix=str(options.get("prefix") or "").strip("/") or None,
        region=str(options.get("region") or "us-east-1"),
        access_key_id=str(options["access_key_id"]),
        secret_access_key=secret,
        virtual_hosted_style_request=bool(options.get("virtual_hosted")),
        client_options={"allow_http": endpoint.startswith("http://"), "timeout": "15s"},
        retry_config={"max_retries": 2},
        **own,
    )


def _write(store: "S3Store", files: Sequence[File]) -> None:
    import obstore  # noqa: PLC0415

    there = {row["path"]: row["e_tag"] for rows in obstore.list(store) for row in rows}
    ours = _listed(store) if LIST in there else set()
    names = {file.path for file in files}
    # Before anything else: what a broken run wrote is known to the next one.
    _put(store, File(LIST, "application/json", _list(ours | names), "no-store"))
    for file in files:
        if (there.get(file.path) or "").strip('"') != _md5(file.body):
            _put(store, file)
    if gone := sorted(path for path in ours - names if path in there):
        obstore.delete(store, gone)
    if names != ours:
        _put(store, File(LIST, "application/json", _list(names), "no-store"))


def _put(store: "S3Store", file: File) -> None:
    import obstore  # noqa: PLC0415

    attributes = {"Content-Type": file.content_type, "Cache-Control": file.cache}
    obstore.put(store, file.path, file.body, attributes=attributes)


def _listed(store: "S3Store") -> set[str]:
    import obstore  # noqa: PLC0415

    try:
        return set(json.loads(bytes(obstore.get(store, LIST).bytes())))
    except ValueError:
        return set()


def _list(names: set[str]) -> bytes:
    return json.dumps(sorted(names)).encode()


def _md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def _short(error: Exception) -> str:
    """Its first line; what a storage answers may be a page long."""
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
