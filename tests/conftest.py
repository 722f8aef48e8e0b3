"""Fixtures that every test may use."""

pytest_plugins = [
    "tests.fixtures.coverage",
    "tests.fixtures.heartbeat",
    "tests.fixtures.order",
    "tests.fixtures.pgbouncer",
    "tests.fixtures.postgres",
    "tests.fixtures.time_limit",
    "tests.fixtures.tls",
    "tests.fixtures.world",
]
