"""Triage: what a signal's words mean in our tables, and what an incident turns out to be."""

from incidents.pipeline.triage.lookup import Services, Severities
from incidents.pipeline.triage.verbs import PERCENT, again, classify, told_by

__all__ = ["PERCENT", "Services", "Severities", "again", "classify", "told_by"]
