"""What the first call of a function waits for: the import of its handler, from the built layers.

Each lap is a process of Lambda's Python that has nothing but the layers to import. Seconds are of
its processor, since a cold start waits for little else. The floor is what no function can do
without: the driver, pydantic's BaseModel and the logger.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench, Lap, Measurement
from layers import finish

LAMBDA_PYTHON = "3.13"
FLOOR = "import psycopg; from pydantic import BaseModel; from aws_lambda_powertools import Logger"
COMMON, MIGRATIONS, RESEARCH = "CommonLayer", "MigrationsLayer", "ResearchLayer"
SOURCES = {COMMON: "layers/common", MIGRATIONS: "migrations", RESEARCH: "layers/research"}
SECOND_LAYERS = {"migrate": MIGRATIONS, "research": RESEARCH}
# times the floor; research computes with numpy, which alone takes the floor again
BOUNDS = {"signal": 1.4, "execute": 1.4, "snapshot": 1.4, "api": 2.2, "migrate": 2, "research": 4}
USUAL_BOUND = 1.6
_TIMED = """\
import json, sys, time
sys.path[:0] = {paths!r}
began = time.process_time()
{code}
print(json.dumps([time.process_time() - began, len(sys.modules)]))
"""


def measure(bench: Bench) -> Iterator[Measurement]:
    """Build the layers as `make build` does, and import each function's handler `rounds` times."""
    try:
        python = finish.interpreter(LAMBDA_PYTHON)
    except SystemExit as error:
        yield Measurement("cold_start", Lap(0.0), None, f"not measured: {error}")
        return
    with tempfile.TemporaryDirectory(prefix="prescient-layers-") as folder:
        for layer, source in SOURCES.items():
            _build(layer, source, Path(folder) / layer)
        yield from lines(Path(folder), python, bench)


def lines(layers: Path, python: str, bench: Bench) -> Iterator[Measurement]:
    """Yield a line a function; `layers` is the folder with the built ones."""
    functions = sorted(path.parent.name for path in Path("functions").glob("*/app.py"))
    sizes = {layer: _sizes(layers / layer) for layer in SOURCES}
    floor = _Import(python, layers, "floor", FLOOR)
    contestants = [_Import(python, layers, name, "import app") for name in functions]
    laps = bench.interleaved(floor, *contestants)
    for function, lap in zip(contestants, laps[1:], strict=True):
        told = ", ".join(f"{layer} {sizes[layer]}" for layer in function.layers)
        yield Measurement(
            f"cold_start.{function.name}",
            lap,
            laps[0],
            f"import of functions/{function.name} ({function.size} bytes) with {told}",
            bound=BOUNDS.get(function.name, USUAL_BOUND),
        )


@dataclass(frozen=True, slots=True)
class _Import:
    """A contestant: `code`, in a process that can import the function's folder and its layers."""

    python: str
    built: Path
    name: str
    code: str

    def __call__(self) -> Lap:
        paths = [str(Path("functions", self.name).resolve())]
        paths += [str(self.built / layer / "python") for layer in self.layers]
        # -S: nothing of this machine's packages. -B: bytecode is the layer's, or there is none.
        command = [self.python, "-S", "-B", "-c", _TIMED.format(paths=paths, code=self.code)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=_environment())
        seconds, modules = json.loads(done.stdout)
        return Lap(seconds, {"modules": modules})

    @property
    def layers(self) -> Sequence[str]:
        second = SECOND_LAYERS.get(self.name)
        return [COMMON] if second is None else [COMMON, second]

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in Path("functions", self.name).glob("*.py"))


def _environment() -> Mapping[str, str]:
    of_template = {"POWERTOOLS_SERVICE_NAME": "prescient", "PYDANTIC_DISABLE_PLUGINS": "__all__"}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", **of_template}


def _build(layer: str, source: str, target: Path) -> None:
    (target / "python").mkdir(parents=True)
    makefile = Path(source, "Makefile").resolve()
    environment = {**os.environ, "ARTIFACTS_DIR": str(target), "BYTECODE": "yes"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        [str(shutil.which("make")), "--makefile", str(makefile), f"build-{layer}"],
        cwd=source,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _sizes(layer: Path) -> str:
    """Say how large a layer is as Lambda mounts it, and as it is uploaded."""
    files = [path for path in layer.rglob("*") if path.is_file()]
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(layer))
        uploaded = packed.tell()
    mounted = sum(path.stat().st_size for path in files)
    return f"{mounted / 1e6:.1f} MB ({uploaded / 1e6:.1f} zipped)"
