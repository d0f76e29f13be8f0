"""What people type into a room, read the same way everywhere."""

from incidents.kernel.errors import Invalid


def line(text: str, *, name: str, most: int, needed: str = "") -> str:
    """`text` on one line. Invalid when it is too long, or empty where `needed` says why not."""
    found = " ".join(text.replace("\0", "").split())
    if needed and not found:
        raise Invalid(needed, "Write a few words.", field=name)
    if len(found) > most:
        raise Invalid(
            f"The {name} has {len(found):,} characters; {most:,} are the most.",
            "Shorten it, and say the rest in the chat.",
            field=name,
        )
    return found


def whole(word: str) -> int | None:
    """The number that `word` is, as in "3" or "#3"; None for anything else."""
    digits = word.strip().removeprefix("#")
    small = digits.isascii() and digits.isdecimal() and len(digits) < 10
    return int(digits) if small else None
