"""What is written from elsewhere is current: `make docs` writes it."""

from __future__ import annotations

import msgspec
from typer.main import get_command

from cli import models
from cli.app import program
from operations import cli_page, client_models


def test_the_models_are_those_of_the_api() -> None:
    assert client_models.MODELS.read_text("utf-8") == client_models.models()


def test_every_model_can_be_read_into() -> None:
    found = [model for model in vars(models).values() if isinstance(model, type)]
    shapes = [model for model in found if issubclass(model, msgspec.Struct)]
    assert len(shapes) > 50
    for shape in shapes:
        msgspec.json.Decoder(shape)


def test_the_page_has_every_command_as_it_is() -> None:
    text = cli_page.PAGE.read_text("utf-8")
    assert text == cli_page.page(text)


def test_every_command_has_examples_and_begins_with_a_short_sentence() -> None:
    for name, command in cli_page.commands(get_command(program), "prescient"):
        sentence, _, rest = command.help.partition("\n")
        assert f"  {name}" in rest, name
        assert sentence.endswith("."), name
