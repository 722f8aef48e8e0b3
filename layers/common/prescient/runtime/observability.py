"""One logger for all functions, and their metrics. POWERTOOLS_ variables name service and level.

Metrics are lines of CloudWatch's embedded metric format in the same stream as the log. The level
holds for the log alone: Lambda's own filter, which takes a line without a level for INFO, is set
so that it lets all of these lines pass.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from prescient.usecases.support.metrics import Metric

NAMESPACE = "Prescient"

output = logging.StreamHandler(sys.stdout)
# Powertools takes the level of Lambda's filter for its own where there is one.
output.setLevel(os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO").upper())
# Powertools would try to read each message as JSON; ours are sentences.
logger = Logger(utc=True, use_rfc3339=True, logger_handler=output, json_deserializer=str)


@contextmanager
def correlated(**ids: object) -> Iterator[None]:
    """Add these ids to each line that is logged within the block; those that are None are left out.

    They belong to the thread, so that one process can serve several calls at once.
    """
    known = {name: value for name, value in ids.items() if value is not None}
    outer = logger.thread_safe_get_current_keys()
    logger.thread_safe_append_keys(**known)
    try:
        yield
    finally:
        logger.thread_safe_clear_keys()
        logger.thread_safe_append_keys(**outer)


def caller() -> object:
    """Return whose request is being answered, as its lines have it; None where no request is."""
    return logger.thread_safe_get_current_keys().get("caller")


def emit(recorded: Iterable[Metric]) -> None:
    """Write the metrics to the log in CloudWatch's format, a line for each set of dimensions.

    The ids of `correlated` stand in each line, as properties and not as dimensions.
    """
    by_dimensions = attrgetter("dimensions")
    for dimensions, alike in groupby(sorted(recorded, key=by_dimensions), by_dimensions):
        metrics = EphemeralMetrics(namespace=NAMESPACE)
        for name, value in dimensions:
            metrics.add_dimension(name, value)
        for name, value in logger.thread_safe_get_current_keys().items():
            metrics.add_metadata(name, value)
        for metric in alike:
            metrics.add_metric(metric.name, metric.measure.unit.value, metric.value)
        _write(json.dumps(metrics.serialize_metric_set()))


def _write(line: str) -> None:
    """Write past the logger: a metric has no level, so no level may filter it."""
    output.acquire()
    try:
        output.stream.write(f"{line}\n")
        output.flush()
    finally:
        output.release()
