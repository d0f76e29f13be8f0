"""The emoji that people react with, and the names by which they type them (:tada:)."""

from typing import Final

from incidents.kernel.errors import Invalid

# Those that the picker offers first, then the rest.
COMMON: Final = (
    *("thumbsup", "thumbsdown", "eyes", "white_check_mark", "x", "tada", "heart", "pray"),
    *("clap", "raised_hands", "joy", "thinking", "open_mouth", "sweat_smile", "cry", "scream"),
    *("fire", "rotating_light", "warning", "rocket", "bug", "wrench", "hourglass", "question"),
)
NAMES: Final[dict[str, str]] = {
    "thumbsup": "👍",
    "thumbsdown": "👎",
    "eyes": "👀",
    "white_check_mark": "✅",
    "x": "❌",
    "tada": "🎉",
    "heart": "❤️",
    "pray": "🙏",
    "clap": "👏",
    "raised_hands": "🙌",
    "joy": "😂",
    "thinking": "🤔",
    "open_mouth": "😮",
    "sweat_smile": "😅",
    "cry": "😢",
    "scream": "😱",
    "fire": "🔥",
    "rotating_light": "🚨",
    "warning": "⚠️",
    "rocket": "🚀",
    "bug": "🐛",
    "wrench": "🔧",
    "hourglass": "⏳",
    "question": "❓",
    "100": "💯",
    "alarm_clock": "⏰",
    "arrow_down": "⬇️",
    "arrow_up": "⬆️",
    "bulb": "💡",
    "chart_down": "📉",
    "chart_up": "📈",
    "coffee": "☕",
    "confused": "😕",
    "construction": "🚧",
    "exclamation": "❗",
    "facepalm": "🤦",
    "grimacing": "😬",
    "hammer": "🔨",
    "handshake": "🤝",
    "lock": "🔒",
    "mag": "🔍",
    "memo": "📝",
    "muscle": "💪",
    "neutral_face": "😐",
    "ok_hand": "👌",
    "package": "📦",
    "pager": "📟",
    "party": "🥳",
    "phone": "📞",
    "pushpin": "📌",
    "rage": "😡",
    "raised_hand": "✋",
    "rewind": "⏪",
    "salute": "🫡",
    "shrug": "🤷",
    "sleeping": "😴",
    "slightly_smiling": "🙂",
    "smile": "😄",
    "snail": "🐌",
    "sob": "😭",
    "sos": "🆘",
    "sparkles": "✨",
    "speech_balloon": "💬",
    "star": "⭐",
    "stopwatch": "⏱️",
    "sunglasses": "😎",
    "wave": "👋",
    "zap": "⚡",
    "zzz": "💤",
}
_ALIASES: Final = {
    "+1": "thumbsup",
    "-1": "thumbsdown",
    "check": "white_check_mark",
    "done": "white_check_mark",
    "laughing": "joy",
    "siren": "rotating_light",
    "surprised": "open_mouth",
}
BY_NAME: Final = {**NAMES, **{alias: NAMES[name] for alias, name in _ALIASES.items()}}
COMMON_CHARS: Final = [(NAMES[name], name.replace("_", " ")) for name in COMMON]
_NAME_OF: Final = {char: name for name, char in NAMES.items()}


def named(word: str) -> str:
    """The emoji that `word` is or names ("🎉", ":tada:", "tada"). Invalid for any other."""
    given = word.strip()
    found = BY_NAME.get(given.strip(":").lower(), given)
    if found not in _NAME_OF:
        raise Invalid("This is no emoji to react with.", "Choose one of the list.", field="emoji")
    return found


def name_of(char: str) -> str:
    """What an emoji is called, in words."""
    return _NAME_OF.get(char, "").replace("_", " ")
