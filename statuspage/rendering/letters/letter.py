"""One text for everybody who is told the same in the same way and language."""

import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import gettext, override

from incidents.kernel import markdown
from incidents.reactions.notifications import mail
from incidents.reactions.notifications.mail import Composed, Draft, Marks
from statuspage.models import Errand, StatusPage, Way
from statuspage.rendering import words
from statuspage.rendering.letters.news import News

# What differs from one subscriber to the next.
_FILLED: Final = ("to", "id", "confirm", "manage", "unsubscribe", "secret")
_MOST_SMS: Final = 300
_MOST_CHAT: Final = 2500


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for: to confirm an address, or the links of a subscription."""

    page: StatusPage
    errand: Errand


def write_program(program: Mapping[str, Any]) -> Composed:
    marks = Marks(*_FILLED)
    return _json({"meta": {"unsubscribe": marks["unsubscribe"]}, **program}, marks)


def write_news(gather: Callable[[], News], *, way: str, language: str) -> Composed:
    """`gather` is called while the language is active."""
    marks = Marks(*_FILLED)
    with override(language):
        news = gather()
        match way:
            case Way.EMAIL:
                return _mail_of_news(news, marks, language)
            case Way.SLACK:
                return _json(_slack(news, marks), marks)
            case Way.TEAMS:
                return _json(_teams(news, marks), marks)
            case _:
                return Composed(_sms(news.page, news.subject, news.url).encode(), marks)


def write_asked(asked: Asked, way: str, language: str, program: Mapping[str, Any]) -> Composed:
    marks = Marks(*_FILLED)
    with override(language):
        said = _said(asked, marks)
        match way:
            case Way.EMAIL:
                return _mail_of_asked(asked, said, marks, language)
            case Way.WEBHOOK:
                return _json({**_for_program(asked, marks), **program}, marks)
            case Way.SLACK:
                links = " · ".join(f"<{url}|{_slack_text(label)}>" for label, url in said["links"])
                return _json({"text": f"{_slack_text(said['text'])}\n{links}"}, marks)
            case Way.TEAMS:
                return _json(_card(said["title"], said["text"], [], said["links"]), marks)
            case _:
                text = f"{said['title']}: {said['links'][0][1]}"
                return Composed(text.encode(), marks)


def _json(found: Mapping[str, Any], marks: Marks) -> Composed:
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return Composed(text.encode(), marks)


def _mail_of_news(news: News, marks: Marks, language: str) -> Composed:
    context = {
        "news": news,
        "page": news.page,
        "language": language,
        "html": words.prose(news.body),
        "text": _wrapped(news.body),
        "preview": words.gist(news.body) if news.body else news.title,
        "manage": marks["manage"],
        "unsubscribe": marks["unsubscribe"],
    }
    draft = Draft(
        subject=f"{news.subject} · {news.page.name}",
        text=render_to_string("statuspage/mail/news.txt", context),
        html=render_to_string("statuspage/mail/news.html", context),
        sender_name=_sender(news.page),
        headers={
            "List-Unsubscribe": f"<{marks['unsubscribe']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"<{news.page.slug}.status.{mail.domain()}>",
            "References": f"<{news.thread}.status@{mail.domain()}>",
            "Precedence": "bulk",
            "Auto-Submitted": "auto-generated",
        },
    )
    return mail.compose(draft, marks)


def _mail_of_asked(asked: Asked, said: Mapping[str, Any], marks: Marks, language: str) -> Composed:
    context = {"said": said, "page": asked.page, "language": language, "preview": said["text"]}
    draft = Draft(
        subject=said["title"],
        text=render_to_string("statuspage/mail/asked.txt", context),
        html=render_to_string("statuspage/mail/asked.html", context),
        sender_name=_sender(asked.page),
        headers={"Auto-Submitted": "auto-replied"},
    )
    return mail.compose(draft, marks)


def _sender(page: StatusPage) -> str:
    return page.name if "tatus" in page.name else f"{page.name} Status"


def _said(asked: Asked, marks: Marks) -> dict[str, Any]:
    names = {"page": asked.page.name}
    if asked.errand == Errand.CONFIRM:
        return {
            "title": gettext("Confirm updates from %(page)s") % names,
            "text": gettext(
                "Somebody, probably you, asked for status updates of %(page)s. Nothing is sent"
                " until this is confirmed. If it was not you, do nothing: it is forgotten in a"
                " week."
            )
            % names,
            "links": [(gettext("Confirm the subscription"), marks["confirm"])],
        }
    return {
        "title": gettext("Your updates from %(page)s") % names,
        "text": gettext(
            "Somebody, probably you, asked for status updates of %(page)s. You get them already;"
            " here you can change or stop them."
        )
        % names,
        "links": [
            (gettext("Choose what you hear"), marks["manage"]),
            (gettext("Unsubscribe"), marks["unsubscribe"]),
        ],
    }


def _for_program(asked: Asked, marks: Marks) -> dict[str, Any]:
    links = {"manage": marks["manage"], "unsubscribe": marks["unsubscribe"]}
    if asked.errand == Errand.CONFIRM:
        return {"meta": links, "confirmation": {"url": marks["confirm"], "secret": marks["secret"]}}
    return {"meta": links}


def _wrapped(body: str) -> str:
    """Markdown is made to be read as it is; long lines are broken."""
    lines = body.strip().splitlines()
    return "\n".join(
        textwrap.fill(line, 76, break_long_words=False) if line else "" for line in lines
    )


def _plain(body: str) -> str:
    text = strip_tags(markdown.render(body)).strip()
    return text if len(text) <= _MOST_CHAT else f"{text[:_MOST_CHAT].rsplit(' ', 1)[0]}…"


def _slack_text(text: str) -> str:
    """Slack reads three characters as its own; all others stand for themselves."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _slack(news: News, marks: Marks) -> dict[str, Any]:
    facts = "\n".join(
        f"*{_slack_text(line.label)}:* {_slack_text('; '.join(line.texts))}"
        for line in news.lines[:4]
    )
    body = [_slack_text(_plain(news.body))] if news.body else []
    items = [
        f"*<{i.url}|{_slack_text(i.title)}>* {_slack_text(f'({i.state}, {i.when}) {i.gist}')}"
        for i in news.items
    ]
    links = " · ".join(
        (
            f"<{news.url}|{_slack_text(gettext('See the status page'))}>",
            f"<{marks['manage']}|{_slack_text(gettext('Choose what you hear'))}>",
        )
    )
    parts = [f"*{_slack_text(news.title)}*\n_{_slack_text(news.band)}_", *body, *items, facts]
    text = [part for part in parts if part]
    return {
        "text": _slack_text(f"{news.page.name}: {news.subject}"),
        "blocks": [
            *(
                {"type": "section", "text": {"type": "mrkdwn", "text": part[:2990]}}
                for part in text[:45]
            ),
            {"type": "context", "elements": [{"type": "mrkdwn", "text": links}]},
        ],
    }


def _teams(news: News, marks: Marks) -> dict[str, Any]:
    facts = [(line.label, "; ".join(line.texts)) for line in news.lines]
    facts += [(item.when, f"{item.title} ({item.state}) {item.gist}") for item in news.items]
    links = [
        (gettext("See the status page"), news.url),
        (gettext("Choose what you hear"), marks["manage"]),
    ]
    return _card(f"{news.page.name}: {news.subject}", _plain(news.body), facts, links)


def _card(
    title: str, text: str, facts: list[tuple[str, str]], links: list[tuple[str, str]]
) -> dict[str, Any]:
    """An adaptive card, as Teams takes them from workflows and from incoming webhooks."""
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": title, "weight": "Bolder", "size": "Medium", "wrap": True}
    ]
    if text:
        body.append({"type": "TextBlock", "text": text, "wrap": True})
    if facts:
        told = [{"title": label, "value": value} for label, value in facts]
        body.append({"type": "FactSet", "facts": told})
    actions = [{"type": "Action.OpenUrl", "title": label, "url": url} for label, url in links]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": actions,
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def _sms(page: StatusPage, subject: str, url: str) -> str:
    said = f"{page.name}: {subject}"
    room = _MOST_SMS - len(url) - 1
    short = said if len(said) <= room else f"{said[: room - 1]}…"
    return f"{short} {url}"
