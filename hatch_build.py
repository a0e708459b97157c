"""Builds no wheel that could not name a picture."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODEL_FILES = Path("appliance/vision/modelfiles.py")


class Models(BuildHookInterface[Any]):
    """Stops the build of a wheel without the models; an editable install reads them where `make models` puts them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the contract has it
        if version == "editable":
            return
        known = runpy.run_path(str(Path(self.root) / MODEL_FILES))
        for model in known["ALL"]:
            try:
                model.read()
            except known["ModelUnusable"] as error:
                raise SystemExit(f"No wheel was built. {error}") from error
