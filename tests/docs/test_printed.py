"""What pages print is marked: to be run, or not, and then why; `tests/workflow` runs it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.docs.printed import PRINTED, Block, Shell, answer, blocks, failures

KINDS = {"console", "json", "mermaid", "python", "sh", "sql", "text"}
NOT_RUN: dict[str, list[tuple[str, str]]] = {
    "takes minutes, and needs a clone with its history": [
        ("CONTRIBUTING.md", "git clone …; cd prescient"),
        ("CONTRIBUTING.md", "make test"),
        ("CONTRIBUTING.md", "make hooks"),
    ],
    "takes minutes, and is what runs this test": [
        ("README.md", "make test"),
    ],
    "takes minutes, and asks for a quiet machine": [
        ("docs/benchmarks.md", "make bench"),
        ("docs/benchmarks.md", "make bench ONLY=ingest ROWS=50000"),
        ("docs/benchmarks.md", "make bench ROUNDS=9"),
    ],
    "the frame of a module, with gaps": [
        ("docs/benchmarks.md", "def measure(bench: Bench) -> Iterator[Measurement]:"),
    ],
    "a line of benchmarks/registry.py": [
        ("docs/benchmarks.md", 'Benchmark("price_update", price_update.measure, rows=5_000'),
    ],
    "asks a package registry; tests/packaging builds": [
        ("docs/deployment.md", "make build"),
    ],
    "needs an AWS account": [
        ("docs/cli.md", 'prescient login --profile operator --url "$API_URL" --token-u'),
        ("docs/cli.md", 'prescient login --url "$API_URL" --token-url "$TOKEN_URL" --cl'),
        ("docs/deployment.md", ".venv-sam/bin/sam deploy --config-env dev --parameter-over"),
        ("docs/deployment.md", 'aws lambda invoke --function-name "$(aws cloudformation de'),
        ("docs/first-deployment.md", "output() { aws cloudformation describe-stacks"),
        (
            "docs/how-to/your-own-strategy.md",
            "mkdir -p layer && cp -R my_strategies layer/strategies",
        ),
        ("docs/how-to/your-own-strategy.md", "(cd layer && zip -r ../strategies.zip strategies)"),
        (
            "docs/how-to/your-own-strategy.md",
            "aws lambda publish-layer-version --layer-name prescient-st",
        ),
        ("docs/how-to/your-own-strategy.md", "make build"),
        (
            "docs/how-to/your-own-strategy.md",
            ".venv-sam/bin/sam deploy --config-env dev --parameter-over",
        ),
        ("docs/http-api.md", 'token=$(curl -s "$TOKEN_URL" -u "$OPERATOR_CLIENT_ID:$OPER'),
        ("docs/http-api.md", 'curl "$API_URL/paper-trading/portfolio" -H "authorization:'),
        ("docs/migration.md", "aws lambda invoke --function-name NAME --cli-binary-format"),
        ("docs/migration.md", "aws lambda invoke --function-name NAME --cli-binary-format"),
    ],
    "needs Docker": [
        ("docs/sam-local.md", "make sam-api"),
        ("docs/sam-local.md", "curl --oauth2-bearer $(make -s token SCOPE=trade) localho"),
        ("docs/sam-local.md", "curl --oauth2-bearer $(make -s token SCOPE=read) localhos"),
        ("docs/sam-local.md", "curl --oauth2-bearer $(make -s token SCOPE=read) localhos"),
        ("docs/sam-local.md", ".venv-sam/bin/sam local invoke FilterFunction -e events/f"),
        ("docs/sam-local.md", ".venv-sam/bin/sam local invoke SignalFunction -e events/s"),
    ],
    "a revision with placeholders": [
        ("docs/how-to/add-a-column.md", '"""Say why the column exists.'),
    ],
    "runs what make test runs, after a change of the schema": [
        ("docs/how-to/add-a-column.md", "make schema sql"),
        ("docs/how-to/add-a-column.md", ".venv/bin/pytest tests/migrations/test_schema.py -n 2"),
    ],
    "runs tests that make test runs": [
        ("docs/how-to/add-a-column.md", ".venv/bin/pytest tests/store tests/isolation -n 2"),
        ("docs/how-to/add-a-column.md", ".venv/bin/pytest tests/usecases/test_reconcile.py -n 2"),
        ("docs/how-to/add-a-route.md", ".venv/bin/pytest tests/template -n 2"),
        ("docs/how-to/add-a-route.md", ".venv/bin/pytest tests/api -n 2"),
        (
            "docs/how-to/add-a-strategy.md",
            ".venv/bin/pytest tests/unit/test_configuration_keys.py -n",
        ),
    ],
    "a piece of a module": [
        ("docs/how-to/add-a-route.md", "@routes.route("),
    ],
    "the frame of a module; tests/docs/test_how_to.py imports it": [
        (
            "docs/how-to/add-a-strategy.md",
            '"""Longshot: the side that costs little in a deep market."',
        ),
    ],
    "runs what make test runs": [
        ("docs/how-to/add-a-strategy.md", "make format lint"),
        (
            "docs/how-to/add-a-strategy.md",
            ".venv/bin/pytest tests/unit tests/property tests/docs test",
        ),
        (
            "docs/how-to/add-a-strategy.md",
            ".venv/bin/pytest tests/usecases/test_strategies.py -n 2",
        ),
    ],
    "refused while the market takes orders; tests/api/test_writing_off.py has one": [
        ("docs/http-api.md", "curl --oauth2-bearer $TOKEN localhost:8000/portfolios/$ID/"),
    ],
    "asks Polymarket, for a database of your own": [
        ("docs/migration.md", "make run EXCHANGE=live DATABASE_URL=..."),
        ("docs/migration.md", "make serve EXCHANGE=live DATABASE_URL=..."),
    ],
    "needs a database of schema v1; tests/migrations upgrades many": [
        ("docs/migration.md", "export DATABASE_URL=postgresql://user:password@host:5432/d"),
        ("docs/migration.md", "make status"),
        ("docs/migration.md", "make migrate DRY_RUN=1 TIME_ZONE=Europe/Berlin"),
        ("docs/migration.md", "make migrate TIME_ZONE=Europe/Berlin"),
        ("docs/migration.md", "make reconcile"),
        ("docs/migration.md", "make downgrade DRY_RUN=1"),
        ("docs/migration.md", "make downgrade"),
        ("docs/migration.md", "PYTHONPATH=layers/common:. .venv/bin/python -m operations."),
        ("docs/migration.md", 'psql "$DATABASE_URL" -1 -f .local/reports/NAME-refused-bef'),
        ("docs/migration.md", "make migrate"),
        ("docs/migration.md", 'psql "$DATABASE_URL" -1 -f .local/reports/NAME-refused-aft'),
    ],
    "asks a package registry; tests/packaging/test_wheel.py installs the wheel without one": [
        ("docs/strategies.md", "python3 -m venv notebook"),
        ("docs/strategies.md", "notebook/bin/pip install ."),
        ("docs/strategies.md", "notebook/bin/python"),
    ],
}
"""The commands that are not run, by the reason, with their page and how they begin."""


def _marked() -> dict[str, list[tuple[str, str]]]:
    """The same as the pages say it; of a snippet of Python the first line counts."""
    found: dict[str, list[tuple[str, str]]] = {}
    for block in PRINTED:
        if block.reason_not_to_run is not None:
            commands = block.commands if block.kind == "sh" else block.commands[:1]
            listed = found.setdefault(block.reason_not_to_run, [])
            listed += [(block.page, command) for command in commands]
    return found


def test_every_block_says_what_it_is() -> None:
    """```sh and ```python are run, unless `not-run: REASON` follows; the others are answers."""
    unknown = [(block.page, block.content) for block in PRINTED if block.kind not in KINDS]
    assert unknown == [], f"begin the block with three backticks and one of {sorted(KINDS)}"


def test_what_is_not_run_is_listed_with_its_reason() -> None:
    marked = _marked()
    assert all(marked), "say why after not-run:"
    assert marked.keys() == NOT_RUN.keys()
    for reason, listed in NOT_RUN.items():
        begins = [
            command[: len(beginning)]
            for (_, command), (_, beginning) in zip(marked[reason], listed, strict=True)
        ]
        assert begins == [beginning for _, beginning in listed], reason
        assert [page for page, _ in marked[reason]] == [page for page, _ in listed]


@pytest.mark.parametrize(
    "block", [block for block in PRINTED if block.reason_not_to_run], ids=lambda block: block.page
)
def test_the_files_of_a_command_that_is_not_run_exist(block: Block) -> None:
    named = re.findall(r"\b(?:tests|events)/[\w./]+", block.content)
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    ("content", "words", "complaint"),
    [
        ("true\nX=1\n", "sh", None),
        ("false\ntrue\n", "sh", "<failed> false"),
        ("true | false | true; ls /nowhere \\\n  -l\ntrue\n", "sh", "<failed> ls /nowhere -l"),
        ("curl --fail localhost:1\n", "sh", "<failed> curl"),
        ("no-such-command && true\n", "sh", "no-such-command"),
        ("false\n", "sh refused", None),
        ("$ true\nfalse\n$ false\n", "console", "<failed> false"),
        ("true\n", "sh refused", "is not refused"),
        ("cat <<END\nEND\nexit 3\n", "sh", "it ended"),
    ],
)
def test_a_command_that_fails_anywhere_in_a_block_is_found(
    tmp_path: Path, content: str, words: str, complaint: str | None
) -> None:
    [block] = blocks("page.md", f"```{words}\n{content}```")
    with Shell(tmp_path, os.environ) as shell:
        found = list(failures(block, shell.run(block.script)))
    assert bool(found) == bool(complaint)
    assert complaint is None or complaint in found[0]


def test_variables_and_answers_stay_from_one_block_to_the_next(tmp_path: Path) -> None:
    with Shell(tmp_path, os.environ) as shell:
        shell.run("NAME=Ada\ncd /")
        assert answer(shell.run('echo "$NAME in $PWD"')) == "Ada in /"
