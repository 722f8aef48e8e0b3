"""What the API answers: written by `make docs` from docs/openapi.json."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct, field


class Balance(Struct, kw_only=True):
    """A portfolio's cash."""

    current_balance: Decimal
    portfolio_id: int


class BrokenInvariant(Struct, kw_only=True):
    """A row that breaks an invariant of the accounting: what it says and what it should say."""

    expected: str
    found: str
    rule: str
    subject: str


class Capacity(Struct, kw_only=True):
    """
    How much larger the purchases of all together could be until the books no longer fill them.

    At `multiple` times their size the books fill 95% of them: `dollars` of an outcome in a cycle on
    average. `filled_now` is what part they fill as it is; `purchases` is of how many outcomes in a
    cycle this is found, the newest ones whose books are still known.
    """

    dollars: Decimal
    filled_now: Decimal
    multiple: Decimal
    purchases: int


class CashMoved(Struct, kw_only=True):
    """The cash of each portfolio that the request named, after it."""

    balances: list[Balance]
    message: str


class ComparedPortfolio(Struct, kw_only=True):
    """
    A portfolio beside the benchmark; `adjusted_p` and the deflated ratio count all trials.

    Both are null with fewer than 30 days, and where returns vary on too few of them.
    """

    adjusted_p: Decimal | None
    advantage: Decimal | None
    days: int
    deflated_sharpe_ratio: Decimal | None
    name: str
    portfolio_id: int
    return_all_time: Decimal


class ConfigurationChecked(Struct, kw_only=True):
    """A configuration that a portfolio could have, with every key: `effective`."""

    effective: dict[str, Any]
    message: str
    strategy_config: dict[str, Any]
    strategy_type: str


class ConfigurationDifference(Struct, kw_only=True):
    """A key with its two values, null where the version does not name the key."""

    after: Any
    before: Any
    is_named_after: bool
    is_named_before: bool
    key: str


class ConfigurationVersion(Struct, kw_only=True):
    """
    A version of a portfolio's configuration and limits.

    `from_version` is the one before it, `restored_version` the one whose content it brought back.
    `ordered_by` is null where it was not noted. Where `limits_kept` is false, the limits are not
    known, rather than none.
    """

    created_at: str
    drawdown_limit: Decimal | None
    drawdown_limit_percent: Decimal | None
    from_version: int | None
    limits_kept: bool
    max_position_size: Decimal | None
    max_positions: int | None
    max_total_exposure: Decimal | None
    ordered_by: str | None
    reason: str | None
    restored_version: int | None
    strategy_config: dict[str, Any]
    strategy_type: str
    version: int


class ConfigurationsAnswer(Struct, kw_only=True):
    """A page of versions, newest first."""

    configurations: list[ConfigurationVersion]
    message: str
    next: str | None


class ConfigurationsCompared(Struct, kw_only=True):
    """Where two versions differ, key by key. Limits that one of them lacks are not compared."""

    differences: list[ConfigurationDifference]
    from_version: int
    limits_compared: bool
    message: str
    to_version: int


class CycleSummary(Struct, kw_only=True):
    """What a cycle did over all of its portfolios, whatever the page shows."""

    failed_portfolios: int
    portfolios_processed: int
    skipped_portfolios: int
    successful_portfolios: int
    total_portfolios: int
    total_trades_executed: int


class Decile(Struct, kw_only=True):
    """What came true of the probabilities within a tenth, with its 95% Wilson interval."""

    forecasts: int
    low: Decimal
    mean_probability: Decimal
    won: Decimal
    won_high: Decimal
    won_low: Decimal


class Detail(Struct, kw_only=True):
    """One broken rule; what is longer is cut off."""

    field_: str = field(name="field")
    rule: str


class Drawdown(Struct, kw_only=True):
    """
    How far a portfolio is below its peak since `peak_since`, and how near to its guard.

    `amount` is of P&L, `percent` of the time-weighted index: deposits, withdrawals and transfers
    count in neither. `warned_at` is when four fifths of a limit were reached, null while they are
    not.
    """

    alert: str
    amount: Decimal
    limit: Decimal | None
    limit_percent: Decimal | None
    peak_since: str
    percent: Decimal
    warned_at: str | None


class Edge(Struct, kw_only=True):
    """The mean Brier score of the prices less that of the probabilities, with its 95% interval."""

    high: Decimal
    low: Decimal
    mean: Decimal


class EquityPoint(Struct, kw_only=True):
    """
    What a portfolio was worth at a moment.

    `flow` is what had just come in, negative where it left; `equity` counts it. Two points of one
    moment stand before and after a flow, in the order of the ledger's `entry_no`.
    """

    balance: Decimal
    entry_no: int
    equity: Decimal
    equity_at_bid: Decimal
    flow: Decimal
    open_positions: int
    timestamp: str
    total_invested: Decimal
    total_profit_loss: Decimal


class ErrorBody(Struct, kw_only=True):
    """
    `code` is for programs, `message` for people; `details` name each field and its rule.

    Where an input breaks more than 100 rules they are the first 100.
    """

    code: str
    details: list[Detail]
    message: str
    request_id: str


class EventRoom(Struct, kw_only=True):
    """
    What `max_event_exposure` leaves in the event that is nearest to it, in dollars of cost.

    `event_id` is null where no event is held: `left` is then the limit.
    """

    event_id: str | None
    event_title: str | None
    left: Decimal


class FreeRoom(Struct, kw_only=True):
    """
    What each limit still leaves, in dollars of cost with fees; null where there is no limit.

    `next_position` is what one more position may cost at most, given cash and all limits; a
    strategy's keys may ask for less. `positions` is how many more it may hold, `drawdown` and
    `drawdown_percent` how far it may still fall before its guard pauses it.
    """

    drawdown: Decimal | None
    drawdown_percent: Decimal | None
    next_position: Decimal
    positions: int
    total_exposure: Decimal | None


class Health(Struct, kw_only=True):
    """All that needs no token."""

    status: str


class HistoryDay(Struct, kw_only=True):
    """
    The last point of a (UTC) day; a `timestamp` of an earlier day was carried forward.

    Of the older system (`origin` `v1`) it is what that claimed: `total_value` counted no invested
    cash.
    """

    balance: Decimal
    open_positions: int
    origin: str
    snapshot_date: str
    timestamp: str
    total_invested: Decimal
    total_profit_loss: Decimal
    total_value: Decimal
    trade_count: int


class Holder(Struct, kw_only=True):
    """An open position in a market."""

    action: str
    cost_basis: Decimal
    entry_timestamp: str
    portfolio_id: int
    portfolio_name: str
    position_id: int
    shares: Decimal | None


class Interval(Struct, kw_only=True):
    """A mean daily return with its 95% interval, and how probable it is that it is above zero."""

    above_zero: Decimal
    high: Decimal
    low: Decimal
    mean: Decimal
    p_value: Decimal


class LeftPaused(Struct, kw_only=True):
    """A portfolio that its own guard would pause again at once."""

    obstacle: str
    portfolio_id: int


class Likeness(Struct, kw_only=True):
    """The correlation of daily returns, −1 to 1, with its 95% interval."""

    days: int
    high: Decimal
    low: Decimal
    value: Decimal


class Market(Struct, kw_only=True):
    """
    A market as the exchange lists it, with its newest prices, which are those of YES.

    `mark_stale` says that the newest quote was not trusted, so that an earlier mark stands.
    `quoted_at` and `quote_age_seconds` say when it was seen. `yes_payout` is what a share of YES
    paid once it resolved. What was never priced has nulls.
    """

    accepting_orders: bool | None
    best_ask: Decimal | None
    best_bid: Decimal | None
    closed: bool | None
    condition_id: str | None
    end_date: str | None
    event_id: str | None
    event_title: str | None
    fee_exponent: Decimal
    fee_rate: Decimal
    liquidity: Decimal | None
    mark: Decimal | None
    mark_stale: bool | None
    market_id: str
    neg_risk: bool
    no_outcome: str
    no_token_id: str | None
    question: str
    quote_age_seconds: int | None
    quoted_at: str | None
    resolution_status: str | None
    tags: list[str]
    tick_size: Decimal
    updated_at: str
    volume: Decimal | None
    yes_outcome: str
    yes_payout: Decimal | None
    yes_token_id: str | None


class MarketAnswer(Struct, kw_only=True):
    """One market."""

    market: Market
    message: str


class MarketsAnswer(Struct, kw_only=True):
    """A page of markets, by id."""

    markets: list[Market]
    message: str
    next: str | None


class MarketsFiltered(Struct, kw_only=True):
    """
    The batch on which the portfolios of this cycle decide, and how many they are.

    `markets` were listed, `skipped` rows of the exchange could not be read.
    """

    batch_id: int
    cycle_id: int
    markets: int
    message: str
    portfolios: int
    skipped: int
    timestamp: str


class NewestBatch(Struct, kw_only=True):
    """The newest complete fetch of the exchange; `age_seconds` is by the system's clock."""

    age_seconds: int
    batch_id: int
    completed_at: str


class NoValue(Struct, kw_only=True):
    """Why a metric is null."""

    code: str
    message: str


class Observation(Struct, kw_only=True):
    """What a batch saw of a market; quote and mark are those of YES."""

    accepting_orders: bool | None
    batch_id: int
    best_ask: Decimal | None
    best_bid: Decimal | None
    closed: bool | None
    liquidity: Decimal | None
    mark: Decimal | None
    mark_stale: bool
    no_price: Decimal | None
    timestamp: str
    volume: Decimal | None
    yes_price: Decimal | None


class OpenApi(Struct, kw_only=True):
    """This document."""

    components: dict[str, Any]
    info: dict[str, Any]
    openapi: str
    paths: dict[str, Any]


class Part(Struct, kw_only=True):
    """
    P&L of one market, event, tag, strategy, exit kind or evidence.

    `name` is the question of a market and the title of an event, null for the other views.
    """

    key: str
    name: str | None
    pnl: Decimal


class Pause(Struct, kw_only=True):
    """An act of pausing; `portfolios` is the number that it paused."""

    ordered_by: str | None
    pause_id: int
    paused_at: str
    portfolios: int
    reason: str


class PausedAll(Struct, kw_only=True):
    """A pause of all: `portfolios` were active, and `pause_id` names the act that undoes it."""

    message: str
    pause_id: int
    portfolios: int


class PausesAnswer(Struct, kw_only=True):
    """A page of pauses of all, newest first."""

    message: str
    next: str | None
    pauses: list[Pause]


class PlaceOfPortfolio(Struct, kw_only=True):
    """Where a portfolio stood beside its target; drift and threshold are parts of all equity."""

    drift: Decimal
    equity: Decimal
    has_drifted: bool
    portfolio_id: int
    target: Decimal
    threshold: Decimal


class PlannedTransfer(Struct, kw_only=True):
    """Dollars from one portfolio to another."""

    amount: Decimal
    from_portfolio_id: int
    to_portfolio_id: int


class PortfolioCreated(Struct, kw_only=True):
    message: str
    portfolio_id: int


class PortfolioCycle(Struct, kw_only=True):
    """
    What came of a portfolio in a cycle: how many candidates each rule left, and what followed.

    `rejections` are the signals refused by reason; `error` is why its part failed or was skipped.
    """

    cycle_id: int
    equity: Decimal | None
    error: str | None
    executed_at: str | None
    funnel: dict[str, int]
    rejections: dict[str, int]
    signals_generated: int
    started_at: str
    status: str
    trades_executed: int


class PortfolioDeleted(Struct, kw_only=True):
    message: str
    portfolio_id: int


class PortfolioSummary(Struct, kw_only=True):
    open_positions: int
    realized_pnl: Decimal
    total_invested: Decimal
    total_value: Decimal
    unrealized_pnl: Decimal


class PortfoliosSummary(Struct, kw_only=True):
    active_portfolios: int
    total_portfolios: int
    total_positions_all_portfolios: int
    total_value_all_portfolios: Decimal


class PositionClosed(Struct, kw_only=True):
    """A sale by hand. Shares without a bid stay held."""

    evidence: str
    fee: Decimal
    message: str
    position_id: int
    price: Decimal
    proceeds: Decimal
    quoted_at: str
    realized_pnl: Decimal
    shares: Decimal
    shares_left: Decimal


class PositionWrittenOff(Struct, kw_only=True):
    """
    A position that was given up; `realized_pnl` is what it had cost, as a loss.

    `shares` are null where they were unknown.
    """

    message: str
    position_id: int
    realized_pnl: Decimal
    reason: str
    shares: Decimal | None


class PriceUpdateStarted(Struct, kw_only=True):
    """The price update goes on; `url` shows when it has ended."""

    message: str
    url: str


class PricesSummary(Struct, kw_only=True):
    """What a price update did: see `docs/accounting.md`."""

    batch_id: int
    exited: int
    flagged: int
    markets: int
    oldest_mark_seconds: int
    paused: int
    positions: int
    settled: int
    stale_marks: int
    warned: int


class PricesUpdated(Struct, kw_only=True):
    message: str
    summary: PricesSummary
    timestamp: str


class ReactivatedAll(Struct, kw_only=True):
    """
    How many portfolios trade again, and how many do not, with the first 100 of these.

    `pause_id` is null where no portfolio was held by a pause of all.
    """

    first_left: list[LeftPaused]
    left: int
    message: str
    pause_id: int | None
    portfolios: int


class RefusedStrategy(Struct, kw_only=True):
    """A module of the user's that is no strategy, and why."""

    reason: str
    strategy_type: str


class RegularWork(Struct, kw_only=True):
    """
    When work that is done at intervals last ended well; null before the first time.

    It `is_late` once its end, or before the first time the oldest portfolio, is more than
    `late_after_seconds` old.
    """

    age_seconds: int | None
    ended_at: str | None
    is_late: bool
    late_after_seconds: int


class RuleChecked(Struct, kw_only=True):
    """
    A rule beside what the market showed; `key` of the configuration sets the bound.

    Dollars, prices and convictions between 0 and 1, or hours.
    """

    bound: Any
    key: str | None
    passed: bool
    rule: str
    value: Any


class ScorecardPoint(Struct, kw_only=True):
    """One point: `green` speaks for the portfolio, `red` against it, `grey` cannot be said yet."""

    colour: str
    number: Decimal | None
    says: str
    subject: str


class Scores(Struct, kw_only=True):
    """
    How good probabilities were: each score is better the lower it is.

    brier = reliability − resolution + uncertainty + within_deciles.
    """

    brier: Decimal
    count: int
    deciles: list[Decile]
    log: Decimal
    reliability: Decimal
    resolution: Decimal
    uncertainty: Decimal
    within_deciles: Decimal


class SharesLeft(Struct, kw_only=True):
    """Shares that could not be sold, null where they are unknown, and why."""

    obstacle: str
    position_id: int
    shares: Decimal | None


class SharesSold(Struct, kw_only=True):
    """
    What a sale by hand brought; `realized_pnl` has the fees of both sides.

    `quoted_at` is when the bids were shown that it took, `evidence` whether by a book or by the
    best bid alone.
    """

    evidence: str
    fee: Decimal
    position_id: int
    price: Decimal
    proceeds: Decimal
    quoted_at: str
    realized_pnl: Decimal
    shares: Decimal
    shares_left: Decimal


class SignalsSummary(Struct, kw_only=True):
    portfolios_processed: int
    total_signals: int


class StatusChange(Struct, kw_only=True):
    """A change of status. `ordered_by` is null where a guard made it."""

    change_id: int
    changed_at: str
    from_status: str
    ordered_by: str | None
    pause_id: int | None
    reason: str | None
    resets: str | None
    to_status: str


class StatusChangesAnswer(Struct, kw_only=True):
    """A page of a portfolio's changes of status, newest first."""

    changes: list[StatusChange]
    message: str
    next: str | None


class StepSummary(Struct, kw_only=True):
    portfolios_processed: int


class StrategyKey(Struct, kw_only=True):
    """A key of `strategy_config`, with what it is where a portfolio does not name it."""

    default: Any
    description: str | None
    is_required: bool
    key: str


class StrategyListed(Struct, kw_only=True):
    """
    A strategy and its keys. `is_own` is one of the user's, beside Prescient's.

    `sells` says whether its rule sells, too: else positions end by stop, target, settlement or by
    hand.
    """

    is_own: bool
    keys: list[StrategyKey]
    sells: bool
    strategy_type: str


class StrategyShown(Struct, kw_only=True):
    """With the JSON Schema of `strategy_config`."""

    is_own: bool
    json_schema: dict[str, Any]
    keys: list[StrategyKey]
    sells: bool
    strategy_type: str


class Trade(Struct, kw_only=True):
    """
    A buy, which opened the position `position_id`; `entry_price` is its average.

    `target_price` was the best ask at the decision. `quote_delay_seconds` is from the quote to the
    fill, `evidence` what the fill rests on: a book, a quote or an assumed price. `realized_pnl` is
    that of its position so far. What the older system did not keep is null.
    """

    action: str
    amount: Decimal
    confidence: Decimal | None
    cycle_id: int | None
    entry_price: Decimal
    event_end_date: str | None
    event_id: str | None
    event_title: str | None
    evidence: str | None
    fee: Decimal
    group_id: str | None
    market_id: str
    market_question: str
    position_id: int | None
    quote_delay_seconds: Decimal | None
    realized_pnl: Decimal | None
    reason: str | None
    shares: Decimal | None
    status: str
    target_price: Decimal | None
    timestamp: str
    trade_id: str


class TradesAnswer(Struct, kw_only=True):
    """A page of trades, newest first."""

    message: str
    next: str | None
    trades: list[Trade]


class TradesSummary(Struct, kw_only=True):
    portfolios_processed: int
    total_executed_trades: int
    total_failed_trades: int


class Transfer(Struct, kw_only=True):
    """Cash that went from one portfolio to another; an id is null once that is deleted."""

    amount: Decimal
    executed_by: str
    from_name: str
    from_portfolio_id: int | None
    ordered_by: str | None
    reason: str | None
    timestamp: str
    to_name: str
    to_portfolio_id: int | None
    transfer_id: int


class TransfersAnswer(Struct, kw_only=True):
    """A page of transfers, newest first."""

    message: str
    next: str | None
    transfers: list[Transfer]


class TwinCreated(Struct, kw_only=True):
    """A twin: the portfolio that it copies, and the key in which it differs, null if in none."""

    message: str
    portfolio_id: int
    twin_key: str | None
    twin_of: int


class UncheckedRows(Struct, kw_only=True):
    """How many rows a rule could not check, and why: their prices were deleted, for example."""

    reason: str
    rows: int
    rule: str


class Attribution(Struct, kw_only=True):
    """
    Where the P&L came from. The parts of each view, and its `rest`, add up to `total`.

    `views` are `market`, `event`, `tag`, `strategy`, `exit_kind` (`open` is what is held) and
    `evidence`, each with its 50 largest parts. `share_without_book` is the part of the profit that
    rests on fills without a book, null without a profit.
    """

    rest: dict[str, Decimal]
    share_without_book: Decimal | None
    total: Decimal
    views: dict[str, list[Part]]
    without_book: Decimal


class Calibration(Struct, kw_only=True):
    """
    The probabilities of executed signals whose markets resolved, beside the prices paid.

    `edge` above 0 means that the strategy knew more than the price; null with one event or none.
    """

    edge: Edge | None
    events: int
    prices: Scores
    probabilities: Scores


class ComparedPair(Struct, kw_only=True):
    """
    The first portfolio's daily returns less the second's, over the `days` that both have.

    `told` is the wider of the intervals by days and by events, as `unit` says. `detectable` is the
    smallest difference that these days could show, `more_days` how many more would tell this one,
    null where ten years would not. There is no interval where the difference varies on too few
    days, or in too few events (`no_deviation`). Where more than two are compared only likeness is
    shown, since one of many pairs differs by luck, but for a twin beside its original
    (`is_of_twins`, `twin_key`): those were made to be compared. `in_common` is the share of
    positions that both held.
    """

    by_days: Interval | None
    by_events: Interval | None
    correlation: Likeness | None
    days: int
    detectable: Decimal | None
    first_id: int
    in_common: Decimal | None
    is_of_twins: bool
    last_day: str | None
    more_days: int | None
    second_id: int
    sentence: str | None
    told: Interval | None
    twin_key: str | None
    unit: str | None
    verdict: str | None


class ComparisonAnswer(Struct, kw_only=True):
    """
    Portfolios side by side, up to the end of `last_day`.

    The benchmark is the first portfolio that buys at random; `trials` are all portfolios that have
    a Sharpe ratio. `capacity` is null where none bought out of an order book that is still known.
    """

    benchmark_id: int | None
    calculated_at: str
    capacity: Capacity | None
    last_day: str
    message: str
    pairs: list[ComparedPair]
    portfolios: list[ComparedPortfolio]
    trials: int


class Cycle(Struct, kw_only=True):
    """
    A cycle; `decided_at` is the end of its filter.

    With `shared_depth` what one portfolio bought was gone for the next; by default each has its own
    copy of the books.
    `counters` are what its last fetch asked of the exchange and left out: calls, retries, bytes,
    skipped rows by reason.
    """

    batch_id: int | None
    counters: dict[str, Any]
    cycle_id: int
    decided_at: str | None
    ended_at: str | None
    error: str | None
    execution_name: str | None
    kind: str
    parameters: dict[str, Any]
    shared_depth: bool
    started_at: str
    status: str


class CycleStarted(Struct, kw_only=True):
    """The cycle goes on; `url` shows how far it is."""

    cycle_id: int
    message: str
    status: str
    url: str


class CyclesAnswer(Struct, kw_only=True):
    """A page of cycles, newest first."""

    cycles: list[Cycle]
    message: str
    next: str | None


class EquityAnswer(Struct, kw_only=True):
    """A page of points, newest first."""

    message: str
    next: str | None
    points: list[EquityPoint]


class EquityOfPortfolio(Struct, kw_only=True):
    """`equity` is null where the portfolio cannot be valued, or has no cycle to end."""

    equity: Decimal | None
    error: str | None
    portfolio_id: int
    portfolio_name: str
    status: str


class Exit(Struct, kw_only=True):
    """
    Shares that left a position; `cost_basis` is theirs, `realized_pnl` has both sides' fees.

    `quoted_at` is when the bids were shown that a sale by hand took; `ordered_by` and `reason` are
    whose token asked for an exit by hand, and why.
    """

    action: str
    cost_basis: Decimal
    evidence: str | None
    fee: Decimal
    kind: str
    market_id: str
    market_question: str
    ordered_by: str | None
    position_id: int
    price: Decimal
    proceeds: Decimal
    quoted_at: str | None
    realized_pnl: Decimal
    reason: str | None
    shares: Decimal
    timestamp: str
    trade_id: str


class ExitsAnswer(Struct, kw_only=True):
    """A page of exits, newest first."""

    exits: list[Exit]
    message: str
    next: str | None


class ExposureAnswer(Struct, kw_only=True):
    """What all portfolios hold of a market, in dollars of cost, and a page of their positions."""

    exposure: Decimal
    holders: list[Holder]
    market_id: str
    message: str
    next: str | None


class FunnelsAnswer(Struct, kw_only=True):
    """A page of what a portfolio did in its cycles, newest first."""

    funnels: list[PortfolioCycle]
    message: str
    next: str | None


class HealthDetails(Struct, kw_only=True):
    """`clock` is the system's time, which in a simulation is the exchange's."""

    clock: str
    cycle: RegularWork
    newest_batch: NewestBatch | None
    price_update: RegularWork
    schema_version: str
    status: str


class HistoryAnswer(Struct, kw_only=True):
    """A page of days, newest first."""

    days: list[HistoryDay]
    message: str
    next: str | None


class LedgerEntry(Struct, kw_only=True):
    """
    A movement of cash, negative where it left; `source` names what moved it, once.

    `ordered_by` is whose token asked for it, null where the system moved it.
    """

    amount: Decimal
    balance_after: Decimal
    entry_no: int
    kind: str
    ordered_by: str | None
    reason: str | None
    source: str
    timestamp: str


class LiquidationResult(Struct, kw_only=True):
    """What was sold, and what is left; `archived` once nothing is."""

    archived: bool
    left: list[SharesLeft]
    sold: list[SharesSold]


class MarketHistoryAnswer(Struct, kw_only=True):
    """A page of what the tape has of a market, newest first."""

    message: str
    next: str | None
    observations: list[Observation]


class Metrics(Struct, kw_only=True):
    """
    The metrics of a portfolio; what is null has its reason in `reasons`, by its name.

    Ratios, volatility, turnover and annual return are a year's. Money is dollars, `avg_loss`
    positive. Drawdowns are of the time-weighted index, which no flow moves.
    """

    annual_return: Decimal | None
    average_holding_seconds: Decimal | None
    avg_loss: Decimal | None
    avg_win: Decimal | None
    calmar_ratio: Decimal | None
    closed_positions: int
    current_run: int
    days: int
    days_since_peak: int
    days_under_water: int | None
    expectancy: Decimal | None
    exposure: Decimal | None
    fees: Decimal
    last_day: str
    max_consecutive_losses: int
    max_consecutive_wins: int
    max_drawdown: Decimal | None
    max_drawdown_amount: Decimal | None
    max_drawdown_peak_on: str | None
    max_drawdown_recovered_on: str | None
    max_drawdown_trough_on: str | None
    present_drawdown: Decimal
    profit_factor: Decimal | None
    reasons: dict[str, NoValue]
    return_1d: Decimal | None
    return_30d: Decimal | None
    return_7d: Decimal | None
    return_all_time: Decimal
    sharpe_ratio: Decimal | None
    slippage: Decimal
    sortino_ratio: Decimal | None
    turnover: Decimal | None
    volatility: Decimal | None
    win_rate: Decimal | None


class PerformanceAnswer(Struct, kw_only=True):
    """
    How a portfolio did, as of `calculated_at`; all is null before it was measured once.

    The table has its metrics, a line each.
    """

    attribution: Attribution | None
    calculated_at: str | None
    calibration: Calibration | None
    message: str
    metrics: Metrics | None
    portfolio_id: int


class PortfolioListed(Struct, kw_only=True):
    """
    A portfolio in a list. `total_value` is its equity.

    `net_flows` is what was paid in since the beginning, less what was paid out; `day_pnl` its P&L
    since midnight (UTC), null where no earlier day tells. `twin_of` is the portfolio that it began
    as a copy of, which may be deleted by now.
    """

    current_balance: Decimal
    day_pnl: Decimal | None
    drawdown: Drawdown
    free_room: FreeRoom
    last_updated: str
    name: str
    net_flows: Decimal
    open_positions: int
    portfolio_id: int
    realized_pnl: Decimal
    status: str
    strategy_type: str
    tags: list[str]
    total_invested: Decimal
    total_profit_loss: Decimal
    total_value: Decimal
    trade_count: int
    twin_of: int | None
    unrealized_pnl: Decimal


class PortfoliosAnswer(Struct, kw_only=True):
    """A page of the portfolios that are not archived, by id, and the sums over all of them."""

    message: str
    next: str | None
    portfolios: list[PortfolioListed]
    summary: PortfoliosSummary
    timestamp: str


class PortfoliosPage(Struct, kw_only=True):
    """A page of portfolios, in the order that was asked for."""

    message: str
    next: str | None
    portfolios: list[PortfolioListed]


class Position(Struct, kw_only=True):
    """
    A position; `shares` and `cost_basis` are what is still held of it, `value` at the mark.

    `outcome` is the name of what it bets on. `bid`, `ask` and `mark_price` are that outcome's;
    `quoted_at` and `quote_age_seconds` say when they were seen. A bid at or beyond
    `stop_loss_bid` or `take_profit_bid` closes it. `current_pnl` is of what is held,
    `realized_pnl` of what was sold; `total_pnl` is both, and `pnl_percent` that of what it cost,
    fees included. `reason` and `confidence` are those of the decision. What is about now is null
    where it is closed, and before the market's first price. `flag` says why it cannot settle.
    """

    action: str
    amount: Decimal
    ask: Decimal | None
    bid: Decimal | None
    confidence: Decimal | None
    cost_basis: Decimal
    current_pnl: Decimal | None
    end_date: str | None
    entry_price: Decimal
    entry_timestamp: str
    event_id: str | None
    event_title: str | None
    exit_price: Decimal | None
    exit_timestamp: str | None
    fee: Decimal
    flag: str | None
    group_id: str | None
    mark_price: Decimal | None
    market_id: str
    market_question: str
    outcome: str | None
    pnl_percent: Decimal | None
    position_id: int
    quote_age_seconds: int | None
    quoted_at: str | None
    realized_pnl: Decimal
    reason: str | None
    shares: Decimal | None
    status: str
    stop_loss_bid: Decimal | None
    take_profit_bid: Decimal | None
    total_pnl: Decimal
    trade_id: str
    value: Decimal | None


class PositionsAnswer(Struct, kw_only=True):
    """A page of positions, newest first."""

    message: str
    next: str | None
    positions: list[Position]


class Rebalanced(Struct, kw_only=True):
    """
    What was moved or, in a dry run, what would be.

    `held_back` are dollars that stay because of `only_significant`: the portfolios cannot be told
    apart, or were not compared within two days. `places` are the 100 of `portfolios` that drifted
    the farthest, `transfers` the first 100 of `transfer_count`.
    """

    dry_run: bool
    held_back: Decimal
    message: str
    only_significant: bool
    places: list[PlaceOfPortfolio]
    portfolios: int
    targets: str
    transfer_count: int
    transfers: list[PlannedTransfer]


class Reconciliation(Struct, kw_only=True):
    """
    Whether every number agrees; at most the first 100 rows that do not.

    `notes` count the rows of which nothing is left to check them with.
    """

    breaks: list[BrokenInvariant]
    message: str
    notes: list[UncheckedRows]
    reconciled: bool


class ScorecardAnswer(Struct, kw_only=True):
    """
    Whether a portfolio is worth real money, as of the end of `last_day` (UTC).

    `benchmark_id` is the portfolio that buys at random, null where there is none.
    """

    benchmark_id: int | None
    calculated_at: str
    last_day: str
    message: str
    points: list[ScorecardPoint]
    portfolio_id: int
    sentence: str


class Signal(Struct, kw_only=True):
    """
    A decision, and what came of it: `rejection` says why it did not execute.

    `target_price` is the best ask at the decision (of a sale the bid), `amount` the dollars that
    were meant; prices, liquidity and volume are those that it was made on. What the older system
    did not keep is null.
    """

    action: str
    amount: Decimal
    code_version: str | None
    confidence: Decimal
    config_version: int | None
    cycle_id: int | None
    event_end_date: str | None
    event_id: str | None
    event_title: str | None
    executed_at: str | None
    group_id: str | None
    market_id: str
    market_liquidity: Decimal | None
    market_question: str
    market_volume: Decimal | None
    no_price: Decimal | None
    reason: str | None
    rejection: str | None
    shares: Decimal | None
    status: str
    strategy_type: str
    target_price: Decimal
    timestamp: str
    trade_id: str | None
    win_probability: Decimal | None
    yes_price: Decimal | None


class SignalsAnswer(Struct, kw_only=True):
    """A page of signals, newest first."""

    message: str
    next: str | None
    signals: list[Signal]


class SignalsOfPortfolio(Struct, kw_only=True):
    error: str | None
    portfolio_id: int
    portfolio_name: str
    signals: int
    status: str


class SnapshotsTaken(Struct, kw_only=True):
    """What each portfolio is worth; `next` goes on with those that are left."""

    message: str
    next: str | None
    portfolio_results: list[EquityOfPortfolio]
    summary: StepSummary
    timestamp: str


class Step(Struct, kw_only=True):
    """A step of a cycle, with what it did for the portfolio."""

    details: dict[str, Any]
    name: str
    status: str
    step: str


class StrategiesAnswer(Struct, kw_only=True):
    """All strategies: Prescient's, then the user's by name; and what was refused."""

    message: str
    refused: list[RefusedStrategy]
    strategies: list[StrategyListed]


class StrategyAnswer(Struct, kw_only=True):
    """One strategy."""

    message: str
    strategy: StrategyShown


class TradesOfPortfolio(Struct, kw_only=True):
    """How many signals were filled and refused, and the portfolio's cash and cost basis after."""

    error: str | None
    executed_trades: int
    failed_trades: int
    new_balance: Decimal
    portfolio_id: int
    portfolio_name: str
    status: str
    total_invested: Decimal
    total_signals: int


class ExplanationAnswer(Struct, kw_only=True):
    """
    Why a portfolio did, or did not, trade a market in its last cycle.

    `stage` is how far the market came, `sentence` why no further. `checks` are the rules that all
    strategies share, in their order, where no decision was made; `signal` is the decision where one
    was. Everything is as it was at `decided_at`.
    """

    checks: list[RuleChecked]
    cycle_id: int
    decided_at: str | None
    market_id: str
    market_question: str
    message: str
    portfolio_id: int
    sentence: str
    signal: Signal | None
    stage: str
    strategy_type: str


class LedgerAnswer(Struct, kw_only=True):
    """A page of a ledger, newest first."""

    entries: list[LedgerEntry]
    message: str
    next: str | None


class Portfolio(Struct, kw_only=True):
    """
    A portfolio with its configuration, its limits and its open positions, newest first.

    Where it holds more than 1000, the others are in the list of its positions.
    `valuation_error` is why the newest prices could not be carried into it, null where they could:
    until then its totals are those of the last price update, and nothing of it is settled.
    `twin_key` is the one key in which a twin began to differ, null where in none. `event_room` is
    null where its configuration has no `max_event_exposure`.
    """

    avg_trade_pnl: Decimal
    config_version: int
    created_at: str
    current_balance: Decimal
    day_pnl: Decimal | None
    description: str
    drawdown: Drawdown
    drawdown_limit: Decimal | None
    drawdown_limit_percent: Decimal | None
    event_room: EventRoom | None
    free_room: FreeRoom
    initial_balance: Decimal
    last_price_update: str | None
    last_trade_at: str | None
    last_updated: str
    max_drawdown: Decimal
    max_position_size: Decimal | None
    max_positions: int
    max_total_exposure: Decimal | None
    name: str
    net_flows: Decimal
    open_positions: int
    portfolio_id: int
    positions: list[Position]
    realized_pnl: Decimal
    status: str
    status_reason: str | None
    strategy_config: dict[str, Any]
    strategy_type: str
    tags: list[str]
    total_invested: Decimal
    total_losing_trades: int
    total_profit_loss: Decimal
    total_trades_executed: int
    total_value: Decimal
    total_winning_trades: int
    trade_count: int
    twin_key: str | None
    twin_of: int | None
    unrealized_pnl: Decimal
    valuation_error: str | None


class PortfolioAnswer(Struct, kw_only=True):
    message: str
    portfolio: Portfolio
    summary: PortfolioSummary
    timestamp: str


class PortfolioResult(Struct, kw_only=True):
    """
    The result of a cycle for one portfolio.

    `funnel` counts the candidates left after each rule, `rejections` the signals refused by reason;
    `equity` is null until the portfolio's part has completed, `error` says why one failed or was
    skipped.
    """

    equity: Decimal | None
    error: str | None
    funnel: dict[str, int]
    portfolio_id: int
    portfolio_name: str
    rejections: dict[str, int]
    signals_generated: int
    status: str
    steps: list[Step]
    strategy_type: str
    success: bool
    trades_executed: int


class PortfolioUpdated(Struct, kw_only=True):
    """The portfolio after the change; `liquidation` is null where none was asked for."""

    liquidation: LiquidationResult | None
    message: str
    portfolio: Portfolio
    summary: PortfolioSummary
    timestamp: str


class SignalsExecuted(Struct, kw_only=True):
    """What came of each portfolio's signals; `next` goes on with those that are left."""

    message: str
    next: str | None
    portfolio_results: list[TradesOfPortfolio]
    summary: TradesSummary
    timestamp: str


class SignalsGenerated(Struct, kw_only=True):
    """What each portfolio decided; `next` is the URL that goes on with those that are left."""

    message: str
    next: str | None
    portfolio_results: list[SignalsOfPortfolio]
    summary: SignalsSummary
    timestamp: str


class SinglePortfolioResult(Struct, kw_only=True):
    """With the cycle that it was a part of."""

    cycle_completed: str | None
    cycle_id: int
    cycle_started: str
    equity: Decimal | None
    error: str | None
    funnel: dict[str, int]
    portfolio_id: int
    portfolio_name: str
    rejections: dict[str, int]
    signals_generated: int
    status: str
    steps: list[Step]
    strategy_type: str
    success: bool
    trades_executed: int


class AllPortfoliosAnswer(Struct, kw_only=True):
    """
    `cycle_id` is null when there was no active portfolio to run.

    Of more than 1000 portfolios, `next` is where the others are, null where these are all.
    """

    cycle_id: int | None
    message: str
    next: str | None
    portfolio_results: list[PortfolioResult]
    summary: CycleSummary
    timestamp: str


class CycleAnswer(Struct, kw_only=True):
    """A cycle with a page of its portfolios, by id."""

    cycle: Cycle
    message: str
    next: str | None
    portfolio_results: list[PortfolioResult]
    summary: CycleSummary


class PortfolioCycleAnswer(Struct, kw_only=True):
    message: str
    results: SinglePortfolioResult
    timestamp: str
