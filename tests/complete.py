"""A pytest plug-in (`-p tests.complete`) for CI: a test that is skipped there has failed.

Elsewhere a missing browser or Prometheus skips its tests and says so; CI installs all of them, and
a skip would hide that it no longer does.
"""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Skipped where nothing may be: {reason}"
    return report
