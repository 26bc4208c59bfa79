"""What alerts on metrics and alerts on logs ask alike: severities, frequencies, windows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from local_cloud.packages.azure_native.shared import duration_minutes
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Range, Valid

ALERT_SOURCE: Final = "https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-types"


def severity() -> Range:
    """The rule on severities."""
    return Range(
        path="severity",
        least=0,
        most=4,
        says="severities are 0 (critical) to 4 (verbose)",
        source="https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview",
        passes=4,
        fails=5,
    )


def frequency(path: str, minutes: Collection[int], *, says: str, passes: str, fails: str) -> Valid:
    """The rule that a duration is one of those that the service offers."""
    return Valid(
        path=path,
        test=lambda text: duration_minutes(text) in minutes,
        says=says,
        source=ALERT_SOURCE,
        passes=passes,
        fails=fails,
    )


def _window_covers_frequency(inputs: Inputs) -> bool:
    window, every = (duration_minutes(str(inputs.get(each))) for each in ("windowSize", "evaluationFrequency"))
    return window is None or every is None or window >= every


def window_covers_frequency() -> Combination:
    """The rule that nothing falls between two evaluations."""
    return Combination(
        path="windowSize",
        test=_window_covers_frequency,
        says="the window is at least as long as the time between two evaluations",
        source=ALERT_SOURCE,
        passes={"windowSize": "PT15M", "evaluationFrequency": "PT15M"},
        fails={"windowSize": "PT5M", "evaluationFrequency": "PT15M"},
    )
