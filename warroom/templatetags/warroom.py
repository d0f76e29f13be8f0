"""How tasks look."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.kernel.durations import brief
from incidents.templatetags.console import icon
from warroom.models import Task, TaskState

register = template.Library()

_MARKS = {
    TaskState.OPEN: "circle",
    TaskState.DOING: "progress",
    TaskState.DONE: "circle-check",
    TaskState.DROPPED: "circle-x",
}


@register.simple_tag
def task_mark(task: Task) -> SafeString:
    tone = {TaskState.DONE: "tone ok", TaskState.DROPPED: "tone off"}.get(TaskState(task.state), "")
    return format_html('<span class="{}">{}</span>', tone, icon(_MARKS[TaskState(task.state)]))


@register.simple_tag
def task_late(task: Task, now: datetime) -> SafeString:
    """ "12 min overdue", in the colour of trouble; empty while there is time."""
    if task.due_at is None or not task.is_overdue(now):
        return SafeString("")
    late = brief((now - task.due_at).total_seconds())
    return format_html('<span class="tone p1">{} overdue</span>', late)
