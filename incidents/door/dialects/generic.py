"""Any JSON. What the mapping cannot read is kept, so that a mapping can be made from it."""

from incidents.door.dialect import Dialect
from incidents.door.dialects import DIALECTS


class Generic(Dialect):
    kinds = ("generic",)
    paths = ("/hooks/generic", "/hooks/generic/{key}")
    methods = ("POST", "PUT")
    keeps_unread = True


DIALECTS.add("generic")(Generic())
