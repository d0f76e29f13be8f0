"""The size limits of the house: what grows past them has stopped being one thing."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("incidentsite", "incidents", "warroom", "statuspage", "runbooks", "postmortems")
LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS, LONGEST_TEMPLATE = 400, 50, 5, 150
BANNED_NAMES = re.compile(r"(Manager|Helper|Util|Utils|Processor)$")


def _sources(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def _place(path: Path, line: int = 0) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_no_file_is_longer_than_one_can_read() -> None:
    lengths = {p: len(p.read_text().splitlines()) for p in _sources(*APPS, "tests", "bench")}
    assert [_place(p, n) for p, n in lengths.items() if n > LONGEST_FILE] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{_place(path, f.lineno)} {f.name}"
        for path in _sources(*APPS, "tests", "bench")
        for f in _functions(path)
        if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_function_takes_many_positional_parameters() -> None:
    """Keyword-only parameters name themselves where they are passed; positional ones do not."""
    many = [
        f"{_place(path, f.lineno)} {f.name}"
        for path in _sources(*APPS)
        for f in _functions(path)
        if len([a for a in f.args.args if a.arg not in {"self", "cls"}]) > MOST_PARAMETERS
    ]
    assert many == []


def test_no_template_is_longer_than_one_can_read() -> None:
    templates = sorted((ROOT / "templates").rglob("*.html"))
    lengths = {path: len(path.read_text().splitlines()) for path in templates}
    assert [_place(p, n) for p, n in lengths.items() if n > LONGEST_TEMPLATE] == []


def test_names_say_what_a_thing_is() -> None:
    vague = [
        f"{_place(path, node.lineno)} {node.name}"
        for path in _sources(*APPS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and BANNED_NAMES.search(node.name)
    ]
    assert vague == []
    assert [_place(p) for p in _sources(*APPS) if p.name in {"utils.py", "helpers.py"}] == []


def test_templates_carry_no_inline_script_or_style() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son[a-z]+=", re.IGNORECASE
    )
    guilty = [
        _place(path, number)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "pdf" not in path.name and "document" not in path.name and path.parent.name != "mail"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if inline.search(line)
    ]
    assert guilty == []
