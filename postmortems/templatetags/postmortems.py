"""How action items look."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from postmortems.models import ActionItem

register = template.Library()


@register.simple_tag
def overdue(item: ActionItem, today: date) -> SafeString:
    """ "3 days overdue", in the colour of trouble; empty while there is time."""
    if item.due_on is None or not item.is_overdue(today):
        return SafeString("")
    days = (today - item.due_on).days
    unit = "day" if days == 1 else "days"
    return format_html('<span class="tone p1">{} {} overdue</span>', days, unit)
