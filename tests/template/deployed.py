"""A stack as moto's CloudFormation creates it, with stand-ins for what moto cannot create."""

from __future__ import annotations

import io
import ipaddress
import itertools
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation import models, parsing
from moto.core.common_models import CloudFormationModel

from local.aws.intrinsics import ACCOUNT, REGION
from tests.template.conftest import ROOT

# moto can create these, but looks for what they refer to, which it cannot.
# A custom resource it would invoke in a container: tests/migrations/test_deployment.py has what
# comes of that. Its versions of a function have no attributes.
REFERRING = {
    "AWS::EC2::Route",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::RDS::DBInstance",
    "Custom::Schema",
}
IPV6_BLOCK = "2001:db8::/56"
_clean_json = parsing.clean_json
_class_of_type = parsing.resource_class_from_type


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """One template's resources by their logical ids; those whose condition is false are absent."""

    status: str
    resources: Mapping[str, Any]
    absent: set[str]
    outputs: Mapping[str, str]


class StandIn(CloudFormationModel):  # type: ignore[misc]
    """A resource of a type that moto cannot create, with the properties that it would get."""

    def __init__(self, logical_id: str, kind: str, properties: dict[str, Any]) -> None:
        self.physical_resource_id = logical_id
        self.kind = kind
        self.properties = properties

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return bool(attr)

    def get_cfn_attribute(self, attribute_name: str) -> str:
        value = f"{self.physical_resource_id}.{attribute_name}"
        if not attribute_name.endswith("Arn"):
            return value
        return f"arn:aws:{self.kind.split('::')[1].lower()}:{REGION}:{ACCOUNT}:{value}"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Self:
        return cls(kwargs["LogicalId"], kwargs["ResourceType"], cloudformation_json["Properties"])


def deployed(
    translated: Mapping[str, Any], parameters: Mapping[str, str]
) -> dict[str, DeployedStack]:
    """Create what SAM's translator made of the template; return the stacks, the whole one as ""."""
    with pytest.MonkeyPatch.context() as patched, mock_aws():
        _teach(patched)
        name = f"prescient-{parameters['Stage']}"
        boto3.client("cloudformation", REGION).create_stack(
            StackName=name,
            TemplateBody=json.dumps(_with_its_files_in_s3(translated)),
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            Capabilities=["CAPABILITY_IAM"],
        )
        stacks = models.cloudformation_backends[ACCOUNT][REGION].stacks.values()
        [whole] = [stack for stack in stacks if stack.name == name]
        return {"": _read(whole)} | {
            resource.logical_resource_id: _read(resource)
            for resource in whole.resource_map.values()
            if isinstance(resource, models.Stack)
        }


def _read(stack: models.Stack) -> DeployedStack:
    names = stack.template_dict["Resources"]
    made = {name: stack.resource_map[name] for name in names}
    return DeployedStack(
        status=stack.status,
        resources={name: resource for name, resource in made.items() if resource is not None},
        absent={name for name, resource in made.items() if resource is None},
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack.outputs or []},
    )


def _teach(patched: pytest.MonkeyPatch) -> None:
    """Make up for what moto's CloudFormation lacks."""
    # A Mapping's own takes a KeyError in a nested stack for a resource that is not in the template.
    patched.setattr(parsing.ResourceMap, "get", parsing.ResourceMap.__getitem__)
    patched.setattr(parsing, "clean_json", _resolved)
    patched.setattr(parsing, "resource_class_from_type", _class_or_stand_in)
    patched.setattr(models.Stack, "get_cfn_attribute", _output, raising=False)


def _class_or_stand_in(resource_type: str) -> type[CloudFormationModel]:
    return StandIn if resource_type in REFERRING else _class_of_type(resource_type) or StandIn


def _output(nested: models.Stack, attribute: str) -> str:
    value: str = nested.output_map[attribute.removeprefix("Outputs.")].value
    return value


def _resolved(node: Any, resources: parsing.ResourceMap) -> Any:
    match node:
        case {"Fn::Cidr": arguments}:
            return _subnets(*_resolved(arguments, resources))
        case {"Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"]}:
            return [IPV6_BLOCK]  # which an association would bring
        case {"Fn::GetAtt": [name, *path]}:  # of Fn::Sub, with every point of it a border
            return _clean_json({"Fn::GetAtt": [name, ".".join(path)]}, resources)
        case list():  # in which moto keeps AWS::NoValue as None
            items = [_resolved(item, resources) for item in node]
            return [item for item in items if item is not None]
        case _:
            return _clean_json(node, resources)


def _subnets(block: str, count: int | str, bits: int | str) -> list[str]:
    network = ipaddress.ip_network(block)
    subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
    return [str(subnet) for subnet in itertools.islice(subnets, int(count))]


def _with_its_files_in_s3(translated: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template with the addresses of its files, as `sam package` uploads them."""
    storage = boto3.client("s3", REGION)
    storage.create_bucket(Bucket="bucket")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as empty:
        empty.writestr("app.py", "")
    storage.put_object(Bucket="bucket", Key="key", Body=archive.getvalue())
    template: dict[str, Any] = json.loads(json.dumps(translated))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::CloudFormation::Stack":
            file = resource["Properties"]["TemplateURL"]
            storage.put_object(Bucket="bucket", Key=file, Body=(ROOT / file).read_bytes())
            resource["Properties"]["TemplateURL"] = f"https://s3.amazonaws.com/bucket/{file}"
    return template
