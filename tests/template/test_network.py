"""The ways out of the network: the exchange by IPv6, and of AWS what the functions call."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws import intrinsics
from tests.template.conftest import ROOT
from tests.template.test_permissions import CALLS, SIGNED

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def network() -> Resources:
    template = intrinsics.load((ROOT / "stacks/network.yaml").read_text(encoding="utf-8"))
    resources: Resources = template["Resources"]
    return resources


def test_endpoints_let_pass_what_the_code_calls_and_no_more(network: Resources) -> None:
    passed: set[str] = set()
    for endpoint in network.values():
        for statement in endpoint["Properties"].get("PolicyDocument", {}).get("Statement", []):
            actions = statement["Action"]
            passed |= {actions} if isinstance(actions, str) else set(actions)
            assert statement["Condition"] == {
                "StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}
            }
    assert passed == set(CALLS) - SIGNED


def test_there_is_no_gateway_that_costs_money_and_no_way_in(network: Resources) -> None:
    kinds = {resource["Type"] for resource in network.values()}
    assert "AWS::EC2::EgressOnlyInternetGateway" in kinds
    assert not kinds & {"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway", "AWS::EC2::EIP"}
    routes = [found for found in network.values() if found["Type"] == "AWS::EC2::Route"]
    assert [route["Properties"]["EgressOnlyInternetGatewayId"] for route in routes] == [
        {"Ref": "WayOut"}
    ]
    for name, resource in network.items():
        if resource["Type"] == "AWS::EC2::SecurityGroup":
            for way_in in resource["Properties"].get("SecurityGroupIngress", []):
                assert "SourceSecurityGroupId" in way_in, name
