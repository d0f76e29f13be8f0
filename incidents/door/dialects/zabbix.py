"""Zabbix's webhook media type, with our script."""

from incidents.door.dialect import Dialect
from incidents.door.dialects import DIALECTS


class Zabbix(Dialect):
    kinds = ("zabbix",)
    paths = ("/hooks/zabbix", "/hooks/zabbix/{key}")


DIALECTS.add("zabbix")(Zabbix())
