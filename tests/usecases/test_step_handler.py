"""What a step's handler refuses before the step runs."""

import pytest

from prescient.core.errors import InvalidRequest
from prescient.runtime.entry import StepHandler
from prescient.runtime.environment import Environment
from prescient.runtime.settings import Settings
from prescient.usecases import signal
from prescient.usecases.support.portfolio_step import PortfolioStepRequest

OFFLINE = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")


def test_an_event_that_breaks_rules_is_refused_with_every_field() -> None:
    handler = StepHandler(PortfolioStepRequest, signal.run).bound_to(Environment(OFFLINE))
    with pytest.raises(InvalidRequest) as refused:
        handler({"cycle_id": "seven"}, None)
    named = [problem.split(":")[0] for problem in refused.value.problems]
    assert sorted(named) == ["cycle_id", "portfolio_id"]
