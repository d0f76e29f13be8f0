"""Heartbeats: jobs that ping when they have run, and an alert when one does not.

`schedule` says when a ping is expected, `turns` what a ping or its absence changes, both pure;
`watch` is the engine's part, `saying` what goes into the intake, `writing` the verbs of people.
"""
