"""The answers of the OpenAPI document's examples: the API's own, to its example requests.

`make docs` writes them; `tests/api/test_examples.py` finds out where they are no longer true.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import quote, urlencode

from local.postgres import databases, migrations, server
from prescient.api.document import document, operations
from prescient.api.examples import ANSWERS, Answers, answered_by
from prescient.core.market.listed import Event
from prescient.core.market.markets import EventId, MarketId, Quote
from prescient.runtime.observability import logger
from prescient.usecases import research
from prescient.usecases.research import ResearchRequest
from prescient.usecases.support.functions import Step
from tests.api.client import Answer, Client, request
from tests.builders import NOON, event, market
from tests.world import World

TABLE = "text/csv"
BIDS = ("0.80", "0.81", "0.79", "0.82", "0.81", "0.83", "0.82")
"""What is bid for each market day after day."""
QUESTIONS = (
    ("Presidential election", "Will the incumbent win?"),
    ("Rates in June", "Will the central bank cut its rate in June?"),
    ("Cup final", "Will the home side win the final?"),
    ("Album of the year", "Will the album be out in May?"),
)
RESOLVED, RESOLVED_AFTER, LOST = 2, 3, 3
_ENDED: Any = {"closed": True, "accepting_orders": False, "quote": None}
VERSIONS = {"schema_version": "0023"}
"""What an answer shows as an example, whatever is newest: else each revision would be a change."""
READS = (
    "get_health", "get_health_details", "list_strategies", "get_strategy",
    "validate_configuration", "list_markets", "get_market", "get_market_exposure",
    "list_market_history", "get_paper_trading_portfolio", "list_portfolios", "get_portfolio",
    "list_positions", "list_trades", "list_signals", "list_funnels", "explain_market",
    "list_cycles", "get_cycle", "list_equity", "list_history", "get_performance", "get_scorecard",
    "compare_portfolios",
)  # fmt: skip
STEPS = (
    "filter_markets", "generate_signals", "execute_signals", "take_snapshots", "update_prices",
    "run_portfolio_cycle", "run_all_portfolios",
)  # fmt: skip
CHANGES = (
    "update_portfolio", "compare_configurations", "restore_configuration", "list_configurations",
    "reactivate_portfolio", "pause_portfolio", "list_status_changes", "clone_portfolio",
    "delete_portfolio", "deposit", "withdraw", "transfer", "list_ledger", "list_transfers",
    "rebalance", "pause_all_portfolios", "list_pauses", "reactivate_all_portfolios",
    "close_position", "write_off_position", "list_exits", "archive_portfolio", "check_books",
)  # fmt: skip
"""In this order each finds what it needs."""


class Told:
    """What the API answers to the example requests of its document."""

    def __init__(self, client: Client) -> None:
        self.answers: Answers = {}
        self._client = client
        self._operations = {
            answered_by(operation): (method, path, operation)
            for method, path, operation in operations(document())
        }
        """Of two methods the later one, POST."""

    def ask(self, name: str, status: int = 200) -> None:
        method, path, operation = self._operations[name]
        target, body = _target(path, operation), _body(operation)
        answer = self._sent(method, target, body)
        assert answer.status == status, (name, answer.text)
        told = json.loads(answer.text)
        told.update((key, VERSIONS[key]) for key in VERSIONS.keys() & told.keys())
        self.answers.setdefault(name, {})[str(status)] = told
        if TABLE in operation["responses"][str(status)]["content"]:
            table = self._sent(method, target, body, accept=TABLE)
            self.answers[name][TABLE] = table.text

    def _sent(self, method: str, target: str, body: object, **headers: str) -> Answer:
        return self._client.send(request(method, target, body, headers=headers))


def answers(world: World) -> Answers:
    """Return what each operation answers in a world of its own, by its name and status."""
    client = Client(world)
    told = Told(client)
    _trade(world, client, told)
    for name in READS:
        told.ask(name)
    for name in STEPS:
        told.ask(name)
        world.clock.pass_time(minutes=5)
    _lose_a_market(world)
    for name in CHANGES:
        told.ask(name)
    client.machine.hangs = True
    client.functions.hanging |= {Step.FILTER, Step.PRICE_UPDATE}
    for name in ("filter_markets", "update_prices", "run_portfolio_cycle", "run_all_portfolios"):
        told.ask(name, 202)
    client.environment.close()
    return told.answers


def _trade(world: World, client: Client, told: Told) -> None:
    """Some days of four portfolios, one of whose markets is resolved."""
    _show(world, BIDS[0])
    told.ask("create_portfolio")
    client.create(name="Careful", strategy_config={"rebalance_threshold": 0.05})
    client.create(name="By lot", strategy_type="random", tags=["lab"])
    client.create(name="A mistake", strategy_type="random")
    paused = client.patch("/portfolios/4", {"status": "paused", "reason": "It is a mistake"})
    assert paused.status == 200, paused.text
    for day, bid in enumerate(BIDS):
        _show(world, bid, has_resolved=day > RESOLVED_AFTER)
        world.update_prices()
        world.run_cycle()
        if day < len(BIDS) - 1:
            world.clock.pass_time(days=1)
    research.run(ResearchRequest(), world.context)


def _show(world: World, bid: str, **about: bool) -> None:
    world.exchange.events = [*_events(D(bid), **about)]


def _events(bid: D, *, has_resolved: bool = False, is_lost: bool = False) -> Iterator[Event]:
    """Four events of one market each, all quoted alike while they can be traded."""
    middle, quote = bid + D("0.005"), Quote(bid, bid + D("0.01"))
    for place, (title, question) in enumerate(QUESTIONS):
        shown = market(
            market_id=MarketId(f"{512340 + place}"),
            condition_id=f"0x{place + 1:064x}",
            yes_token_id=f"{71320 + 2 * place}",
            no_token_id=f"{71321 + 2 * place}",
            question=question,
            end_date=NOON + timedelta(days=60 + place),
            yes_price=middle,
            no_price=1 - middle,
            quote=quote,
        )
        if place == RESOLVED and has_resolved:
            shown = replace(shown, yes_price=D(1), no_price=D(0), **_ENDED)
        if place == LOST and is_lost:
            shown = replace(shown, yes_price=D(0), no_price=D(0), **_ENDED)
        yield event(
            shown,
            event_id=EventId(f"{903190 + place}"),
            title=title,
            slug=title.lower().replace(" ", "-"),
            end_date=shown.end_date,
        )


def _lose_a_market(world: World) -> None:
    """Let one end without a winner, for which nothing is ever paid."""
    _show(world, BIDS[-1], has_resolved=True, is_lost=True)
    world.update_prices()


def _target(path: str, operation: Mapping[str, Any]) -> str:
    """The address with the examples of what it needs, and of how many rows a page has."""
    examples = {
        parameter["name"]: (parameter["in"], str(parameter["example"]))
        for parameter in operation.get("parameters", ())
        if parameter["required"] or parameter["name"] in ("limit", "confirm")
    }
    for name, (where, value) in examples.items():
        if where == "path":
            path = path.replace(f"{{{name}}}", quote(value))
    query = {name: value for name, (where, value) in examples.items() if where == "query"}
    return f"{path}?{urlencode(query)}" if query else path


def _body(operation: Mapping[str, Any]) -> Any:
    content = operation.get("requestBody", {"content": {}})["content"]
    return content["application/json"]["example"] if content else None


def main() -> int:
    """Write the answers, given on a database of their own."""
    logger.setLevel("ERROR")
    with server.throwaway() as postgres:
        url = databases.create(postgres.url("examples"))
        migrations.upgrade(url)
        with World(url) as world:
            made = answers(world)
    text = json.dumps(dict(sorted(made.items())), indent=1, ensure_ascii=False)
    ANSWERS.write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
