"""Print where `sam local start-api` leads each route of the template, in the SAM CLI's Python."""

from __future__ import annotations

import json
import sys

from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

stacks, _ = SamLocalStackProvider.get_stacks(sys.argv[1], parameter_overrides={"Stage": "dev"})
json.dump(
    {
        f"{method} {route.path}": route.function_name
        for route in ApiProvider(stacks).api.routes
        for method in route.methods
    },
    sys.stdout,
)
