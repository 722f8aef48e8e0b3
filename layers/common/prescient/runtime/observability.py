"""One logger for all functions, and their metrics. POWERTOOLS_ variables name service and level.

Metrics are lines of CloudWatch's embedded metric format in the same stream as the log.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from prescient.usecases.support.metrics import Metric

NAMESPACE = "Prescient"

output = logging.StreamHandler(sys.stdout)
logger = Logger(utc=True, logger_handler=output)


def emit(recorded: Iterable[Metric]) -> None:
    """Write the metrics to the log in CloudWatch's format, a line for each set of dimensions."""
    by_dimensions = attrgetter("dimensions")
    for dimensions, alike in groupby(sorted(recorded, key=by_dimensions), by_dimensions):
        metrics = EphemeralMetrics(namespace=NAMESPACE)
        for name, value in dimensions:
            metrics.add_dimension(name, value)
        for measure in alike:
            metrics.add_metric(measure.name, measure.unit.value, measure.value)
        _write(json.dumps(metrics.serialize_metric_set()))


def _write(line: str) -> None:
    """Write past the logger: a metric has no level, so no level may filter it."""
    output.acquire()
    try:
        output.stream.write(f"{line}\n")
        output.flush()
    finally:
        output.release()
