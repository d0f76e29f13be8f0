"""Files of a room: a graph, a log, and far too many of them."""

import io
from typing import Final

from PIL import Image, ImageDraw

from incidents.access import Principal
from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from warroom.services import files
from warroom.services.files import Upload
from warroom.services.sharing import share

LOG: Final = b"2026-11-03 03:11:58 ERROR pool exhausted: 100 of 100 connections in use\n" * 400


def graph(size: tuple[int, int] = (1280, 480)) -> bytes:
    """Errors that rise, as a screenshot shows them."""
    image = Image.new("RGB", size, (250, 250, 247))
    pen = ImageDraw.Draw(image)
    wide, high = size
    for line in range(1, 5):
        pen.line([(0, high * line // 5), (wide, high * line // 5)], (226, 225, 218), 2)
    points = [(wide * n // 40, high - 40 - (n % 3) * 9 - max(0, n - 22) ** 2) for n in range(41)]
    pen.line(points, (198, 19, 30), 5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def some(incident: Incident, by: User, other: User) -> None:
    said = (
        ("Errors of checkout since 03:00, per minute", [Upload("checkout-errors.png", [graph()])]),
        ("", [Upload("pool.log", [LOG]), Upload("phone.png", [graph((390, 844))])]),
    )
    for text, uploads in said:
        principal = Principal(user=by)
        share(principal=principal, incident=incident, text=text, uploads=uploads)
    alone = [Upload("connections.csv", [b"time,connections\n03:10,100\n"])]
    [row] = files.add(incident_id=incident.pk, uploads=alone, actor=Actor.of(other))
    files.remove(principal=Principal(user=other), incident=incident, file_id=row.pk)
    again = [Upload("connections.csv", [b"time,connections\n03:10,100\n03:11,100\n"])]
    files.add(incident_id=incident.pk, uploads=again, actor=Actor.of(other))


def many(incident: Incident, by: User, name: str) -> None:
    small = graph((64, 48))
    for n in range(12):
        uploads = [Upload(f"{n} {name}.png", [small]) for _ in range(4)]
        uploads.append(Upload(f"{n} {name}.log", [LOG]))
        share(principal=Principal(user=by), incident=incident, text="", uploads=uploads)
