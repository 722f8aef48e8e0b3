"""The examples of the OpenAPI document: each is as its schema says, and the answers are real."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from operations.openapi import DOCUMENT
from prescient.api.examples import ANSWERS
from tests.api.answers import answers
from tests.world import World

Json = Mapping[str, Any]
DESCRIBED: Json = json.loads(DOCUMENT.read_text())


def test_the_answers_are_what_the_api_answers(world: World) -> None:
    """Where a change of the API was meant, `make docs` writes the new ones."""
    committed = json.loads(ANSWERS.read_text())
    assert answers(world) == committed


def _operations() -> Iterator[Json]:
    for methods in DESCRIBED["paths"].values():
        yield from methods.values()


def _contents() -> Iterator[tuple[str, str, Json]]:
    """The contents of requests and of answers that are no errors, each with where it stands."""
    for operation in _operations():
        name = operation["operationId"]
        for kind, content in operation.get("requestBody", {"content": {}})["content"].items():
            yield f"{name}, body", kind, content
        for status, response in operation["responses"].items():
            if status < "400":
                for kind, content in response["content"].items():
                    yield f"{name}, {status}", kind, content


def _check(schema: Json, example: object, where: str) -> None:
    whole = {**schema, "components": DESCRIBED["components"]}
    error = next(iter(jsonschema_rs.validator_for(whole).iter_errors(example)), None)
    assert error is None, (where, error)


def test_every_body_and_every_answer_has_an_example_that_its_schema_admits() -> None:
    error = DESCRIBED["components"]["schemas"]["ErrorBody"]
    _check(error, error["examples"][0], "ErrorBody")
    for where, kind, content in _contents():
        assert "example" in content, (where, kind)
        _check(content["schema"], content["example"], where)


def test_every_parameter_has_an_example_that_its_schema_admits() -> None:
    for operation in _operations():
        answered = operation["responses"].get("200", {"content": {}})["content"]
        is_last = not answered["application/json"]["example"].get("next")
        for parameter in operation.get("parameters", []):
            where = f"{operation['operationId']}, {parameter['name']}"
            if parameter["name"] == "cursor" and is_last:
                continue
            assert "example" in parameter, where
            _check(parameter["schema"], parameter["example"], where)
