"""STRATEGIES_PATH: what is a strategy is registered, and each that is none is told by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations import openapi
from prescient.core.errors import InvalidRequest
from prescient.core.strategies import registry
from prescient.runtime.environment import Environment
from prescient.runtime.own_strategies import register_from
from prescient.runtime.settings import Settings
from tests.own_strategies.modules import module, text

PATIENCE = 1.5

_BROKEN = {
    "raises": (
        "1 / 0\n",
        "division by zero (raises.py, line 1)",
    ),
    "exits": ("raise SystemExit(3)\n", "exits.py raised RuntimeError: SystemExit was raised"),
    "interrupts": ("raise KeyboardInterrupt\n", "KeyboardInterrupt was raised"),
    "endless": ("while True:\n    pass\n", "endless.py did not end within 1.5 seconds"),
    "stubborn": (
        "while True:\n    try:\n        pass\n    except Exception:\n        pass\n",
        "stubborn.py did not end within 1.5 seconds",
    ),
    "unreadable": ("def :\n", "unreadable.py raised SyntaxError: invalid syntax"),
    "missing": ("import no_such_package\n", "No module named 'no_such_package'"),
    "empty": ("", "empty.py has no STRATEGY"),
    "text": ("STRATEGY = 'momentum'\n", "text.py has no STRATEGY"),
}


@pytest.mark.parametrize("name", _BROKEN)
def test_a_bad_module_is_refused_by_name_and_stops_no_other(folder: Path, name: str) -> None:
    content, reason = _BROKEN[name]
    text(folder, name, content)
    module(folder, "good")
    module(folder, "zz_last")
    register_from(str(folder), PATIENCE)
    assert registry.registered().keys() == {"good", "zz_last"}
    with pytest.raises(InvalidRequest) as refusal:
        registry.find(name)
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith(f"strategy_type: {name}.py ")


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        (
            "momentum",
            "",
            "",
            "momentum.py has the name of a strategy of Prescient's own",
        ),
        ("Mine", "", "", "Mine.py is no name: small letters, digits and _"),
        ("mine", "Strategy('mine'", "Strategy('yours'", "names its STRATEGY 'yours'"),
        ("mine", "Configuration, decide", "Configuration, None", "has a rule that is no function"),
        ("mine", "Configuration, decide", "dict, decide", "does not derive from Strategy"),
        ("mine", "    pass", "    min_liquidity: str = '1'", "changes the type of min_liquidity"),
        ("mine", "    pass", "    mine: int", "has the key mine without a default"),
        (
            "mine",
            "    pass",
            "    def history_needs(self):\n        return 7",
            "raised TypeError: 'int' object is not iterable",
        ),
        (
            "mine",
            "    pass",
            "    def history_needs(self):\n        while True: pass",
            "did not end within 1.5 seconds",
        ),
    ],
)
def test_what_breaks_a_rule_of_registration_is_told_that_rule(
    folder: Path, name: str, old: str, new: str, reason: str
) -> None:
    path = module(folder, name)
    if old:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    register_from(str(folder), PATIENCE)
    assert registry.registered() == {}
    assert reason in registry.refused()[name]
    assert registry.find("momentum") is registry.STRATEGIES["momentum"]


def test_a_missing_folder_is_told_to_who_asks_for_its_strategies(
    tmp_path: Path,
) -> None:
    register_from(str(tmp_path / "nowhere"), PATIENCE)
    with pytest.raises(InvalidRequest) as refusal:
        registry.find("longshot")
    assert "'longshot' is not one of momentum, mean_reversion" in str(refusal.value)
    assert f"STRATEGIES_PATH: {tmp_path / 'nowhere'} is not a folder" in str(refusal.value)


def test_many_that_do_not_end_stop_none_that_does(folder: Path) -> None:
    for place in range(10):
        text(folder, f"endless_{place:02}", "while True:\n    pass\n")
        module(folder, f"good_{place:02}")
    register_from(str(folder), 4 * PATIENCE)
    assert [*registry.registered()] == [f"good_{place:02}" for place in range(10)]
    assert [*registry.refused()] == [f"endless_{place:02}" for place in range(10)]


def test_hidden_and_private_modules_are_none(folder: Path) -> None:
    for name in ("_draft", ".hidden", "good"):
        module(folder, name)
    (folder / "notes.txt").write_text("buy low")
    register_from(str(folder), PATIENCE)
    assert registry.registered().keys() == {"good"}
    assert registry.refused() == {}


def test_keys_of_its_own_are_validated_by_name(folder: Path) -> None:
    path = module(folder, "mine")
    path.write_text(path.read_text().replace("    pass", "    ceiling: Decimal = Decimal('0.4')"))
    register_from(str(folder), PATIENCE)
    assert registry.configuration("mine", {"ceiling": "0.3"}).min_liquidity == 10000
    with pytest.raises(InvalidRequest) as refusal:
        registry.configuration("mine", {"cieling": 1, "trade_amount": "much"})
    assert "strategy_config.cieling: is not known; known are " in str(refusal.value)
    assert "strategy_config.trade_amount" in str(refusal.value)


def test_a_configuration_that_fails_is_a_bad_request_and_no_crash(folder: Path) -> None:
    path = module(folder, "mine")
    failing = (
        "    def history_needs(self):\n"
        "        return frozenset() if self.trade_amount == 100 else 1 / 0"
    )
    path.write_text(path.read_text().replace("    pass", failing))
    register_from(str(folder), PATIENCE)
    with pytest.raises(InvalidRequest, match=r"strategy_config: mine raised ZeroDivisionError"):
        registry.configuration("mine", {"trade_amount": 7})


def test_the_environment_registers_what_its_settings_name(folder: Path) -> None:
    module(folder, "mine")
    variables = {"DATABASE_URL": "postgresql:///none", "STRATEGIES_PATH": str(folder)}
    Environment(Settings.from_variables(variables)).close()
    assert registry.registered().keys() == {"mine"}
    assert "mine" not in registry.STRATEGIES


def test_the_document_of_the_api_has_its_keys_and_the_committed_one_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(folder, "mine")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("STRATEGIES_PATH", str(folder))
    committed = openapi.DOCUMENT.read_bytes()
    assert openapi.main() == 0
    assert openapi.DOCUMENT.read_bytes() == committed
    described = json.loads((folder / openapi.OWN_DOCUMENT).read_text())
    schemas = described["components"]["schemas"]
    wanted = schemas["CreatePortfolio"]["discriminator"]["mapping"]
    assert set(wanted) == {*registry.STRATEGIES, "mine"}
    own = schemas[wanted["mine"].rsplit("/", 1)[1]]["properties"]
    assert own["strategy_config"] == {"$ref": "#/components/schemas/Configuration"}
