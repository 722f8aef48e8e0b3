"""Print the template as CloudFormation gets it: by SAM's translator, in the SAM CLI's Python."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

LOCAL = ("CodeUri", "ContentUri", "DefinitionUri")  # `sam package` uploads what they name


class NoPolicies:
    """No managed policy is named in the template."""

    def load(self) -> dict[str, str]:
        return {}


template = yaml_parse(Path(sys.argv[1]).read_text("utf-8"))
for resource in template["Resources"].values():
    for name in LOCAL:
        if name in resource["Properties"]:
            resource["Properties"][name] = "s3://bucket/key"
json.dump(transform(template, json.loads(sys.argv[2]), NoPolicies()), sys.stdout)
