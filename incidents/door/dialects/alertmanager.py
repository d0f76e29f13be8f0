"""Prometheus Alertmanager's webhook."""

from incidents.door.dialect import Dialect
from incidents.door.dialects import DIALECTS


class Alertmanager(Dialect):
    kinds = ("alertmanager",)
    paths = ("/hooks/alertmanager", "/hooks/alertmanager/{key}")


DIALECTS.add("alertmanager")(Alertmanager())
