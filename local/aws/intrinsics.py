"""CloudFormation's intrinsic functions, as far as the template uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

ACCOUNT = "123456789012"
REGION = "us-east-1"
LIVE = "live"  # what every function's alias is called
_ALIAS = ".Alias"  # SAM's word for it
_PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "prescient-local",
    "AWS::URLSuffix": "amazonaws.com",
}
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)}")
_LITERAL = re.compile(r"\$\{!([^}]*)}")


class UnresolvedReference(Exception):
    """The template names something that it does not define, or a function unknown here."""


class _Loader(yaml.SafeLoader):
    """Reads the short forms (`!Ref x`) as the long ones (`{"Ref": "x"}`)."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def load(text: str) -> dict[str, Any]:
    """Read the template as CloudFormation's JSON."""
    document: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    return document


class Resolver:
    """Turns expressions into values, given the values of the template's parameters."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        declared = document.get("Parameters", {})
        defaults = {name: spec["Default"] for name, spec in declared.items() if "Default" in spec}
        self._parameters = {**_PSEUDO_PARAMETERS, **defaults, **parameters}
        self._resources = document["Resources"]
        self._conditions = document.get("Conditions", {})

    def resolve(self, node: Any) -> Any:
        """Return the node with every expression replaced. Raises UnresolvedReference."""
        if isinstance(node, list):
            return [self.resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name.removeprefix("Fn::"), argument)
        return {key: self.resolve(value) for key, value in node.items()}

    def _call(self, function: str, argument: Any) -> Any:
        match function, argument:
            case "Ref", str(name):
                return self._reference(name)
            case "GetAtt", [str(resource), str(attribute)]:
                return self._attribute(resource, attribute)
            case "Sub", str(text):
                return self._substitute(text, {})
            case "Sub", [str(text), dict(variables)]:
                return self._substitute(text, self.resolve(variables))
            case "Join" | "Split", [str(separator), given]:
                resolved = self.resolve(given)
                joins = function == "Join"
                return separator.join(resolved) if joins else resolved.split(separator)
            case "If", [str(condition), then, otherwise]:
                return self.resolve(then if self._holds(condition) else otherwise)
        raise UnresolvedReference(f"cannot resolve {function} of {argument!r}")

    def _reference(self, name: str) -> Any:
        if name in self._parameters:
            return self._parameters[name]
        if name.endswith(_ALIAS):
            return f"{self._attribute(name.removesuffix(_ALIAS), 'Arn')}:{LIVE}"
        if name not in self._resources:
            raise UnresolvedReference(f"{name} is neither a parameter with a value nor a resource")
        resource = self._resources[name]
        if resource["Type"] == "AWS::Serverless::StateMachine":
            machine = self._attribute(name, "Name")
            return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{machine}"
        return name

    def _attribute(self, resource: str, attribute: str) -> Any:
        if resource not in self._resources:
            raise UnresolvedReference(f"{resource} is not a resource")
        definition = self._resources[resource]
        if (definition["Type"], attribute) == ("AWS::Serverless::Function", "Arn"):
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{resource}"
        # Whatever else a deployment knows has no meaning here; the text says where it came from.
        return self.resolve(definition["Properties"].get(attribute, f"{resource}.{attribute}"))

    def _substitute(self, text: str, variables: Mapping[str, Any]) -> str:
        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in variables:
                return str(variables[name])
            resource, dot, attribute = name.partition(".")
            return str(self._attribute(resource, attribute) if dot else self._reference(name))

        return _LITERAL.sub(r"${\1}", _VARIABLE.sub(value, text))

    def _holds(self, condition: str) -> bool:
        if condition not in self._conditions:
            raise UnresolvedReference(f"{condition} is not a condition")
        return self._test(self._conditions[condition])

    def _test(self, test: Any) -> bool:
        match test:
            case {"Condition": str(name)}:
                return self._holds(name)
            case {"Fn::Equals": [left, right]}:
                return bool(self.resolve(left) == self.resolve(right))
            case {"Fn::Not": [inner]}:
                return not self._test(inner)
            case {"Fn::And": list(inner)}:
                return all(self._test(part) for part in inner)
            case {"Fn::Or": list(inner)}:
                return any(self._test(part) for part in inner)
        raise UnresolvedReference(f"cannot test {test!r}")
