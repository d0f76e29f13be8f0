"""A copy as a branch of a Git remote, for hosts that serve one as a site. Nothing is kept on disk.

Each change is one commit with the whole tree; what is there already does not travel. What was
published once stays in the history of the branch.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from incidents.kernel import clock, guarded
from incidents.kernel.errors import Invalid
from statuspage.services.mirroring.bundle import File, Unwritten

if TYPE_CHECKING:  # only the worker needs it
    from dulwich.objects import ObjectID
    from dulwich.repo import MemoryRepo

FIELDS: Final = ("url", "branch", "username", "base", "cname")
_AUTHOR: Final = b"Status page <status-page@localhost>"
_SECONDS: Final = 20


def check(options: Mapping[str, Any]) -> None:
    guarded.checked_url(str(options.get("url", "")))
    branch = str(options.get("branch", ""))
    if not branch or not branch.replace("-", "").replace("/", "").replace("_", "").isalnum():
        raise Invalid("Give the branch by its name.", "Such as gh-pages.", field="branch")


def write(files: Sequence[File], options: Mapping[str, Any], secret: str) -> None:
    from dulwich.client import HTTPUnauthorized  # noqa: PLC0415
    from dulwich.errors import GitProtocolError, NotGitRepository  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    check(options)
    wanted = [*files]
    if files:
        # Names that begin with a dot or an underscore are left out by some hosts otherwise.
        wanted.append(File(".nojekyll", "text/plain", b""))
        if cname := str(options.get("cname") or ""):
            wanted.append(File("CNAME", "text/plain", f"{cname}\n".encode()))
    try:
        _push(wanted, options, secret)
    except HTTPUnauthorized as error:
        raise Unwritten("The remote refused it: name or token are wrong.") from error
    except (GitProtocolError, NotGitRepository, HTTPError, OSError) as error:
        raise Unwritten(f"The remote refused it: {type(error).__name__}: {error}"[:400]) from error


def _push(files: Sequence[File], options: Mapping[str, Any], secret: str) -> None:
    from dulwich.client import get_transport_and_path  # noqa: PLC0415
    from dulwich.refs import Ref  # noqa: PLC0415
    from dulwich.repo import MemoryRepo  # noqa: PLC0415
    from urllib3 import PoolManager, Timeout  # noqa: PLC0415

    branch = Ref(f"refs/heads/{options['branch']}".encode())
    client, path = get_transport_and_path(
        str(options["url"]),
        username=str(options.get("username") or "") or None,
        password=secret or None,
        # It follows no redirect either: the address was checked, another one was not.
        pool_manager=PoolManager(timeout=Timeout(_SECONDS), retries=False),
    )
    repo = MemoryRepo()

    def wants(refs: Mapping[Any, Any], depth: int | None = None) -> list[Any]:  # noqa: ARG001
        return [refs[branch]] if branch in refs else []

    old = client.fetch(path, repo, depth=1, determine_wants=wants).refs.get(branch)
    new = _commit(repo, files, old)
    if new is None:
        return
    pack = repo.object_store.generate_pack_data
    result = client.send_pack(path.encode(), lambda _refs: {branch: new}, pack)
    refusals = [text for text in (result.ref_status or {}).values() if text is not None]
    if refusals:
        raise Unwritten(f"The remote did not take the branch: {refusals[0]}")


def _commit(repo: "MemoryRepo", files: Sequence[File], old: "ObjectID | None") -> "ObjectID | None":
    """The commit that holds exactly these files; None where `old` does."""
    from dulwich.index import commit_tree  # noqa: PLC0415
    from dulwich.objects import Blob, Commit  # noqa: PLC0415

    blobs = []
    for file in files:
        blob = Blob.from_string(file.body)
        repo.object_store.add_object(blob)
        blobs.append((file.path.encode(), blob.id, 0o100644))
    tree = commit_tree(repo.object_store, blobs)
    before = repo.object_store[old] if old is not None else None
    if isinstance(before, Commit) and before.tree == tree:
        return None
    commit = Commit()
    commit.tree, commit.parents = tree, [old] if old else []
    commit.author = commit.committer = _AUTHOR
    commit.commit_time = commit.author_time = int(clock.now().timestamp())
    commit.commit_timezone = commit.author_timezone = 0
    commit.encoding, commit.message = b"UTF-8", b"The status page as published\n"
    repo.object_store.add_object(commit)
    return commit.id
