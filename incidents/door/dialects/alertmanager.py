"""Prometheus Alertmanager's webhook."""

from incidents.door.dialect import Dialect
from incidents.door.dialects import DIALECTS


class Alertmanager(Dialect):
    kinds = ("alertmanager",)
    paths = ("/hooks/alertmanager", "/hooks/alertmanager/{key}")
    takes_nul = True  # labels of Prometheus are any UTF-8


DIALECTS.add("alertmanager")(Alertmanager())
