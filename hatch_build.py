"""Builds no wheel that could not name a picture, show a page, or hand out the plugin for WordPress."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODEL_FILES = Path("appliance/vision/modelfiles.py")
BUNDLED = Path("appliance/web/bundled.py")
PLUGIN = Path("connectors/wordpress/plugin.zip")


class Built(BuildHookInterface[Any]):
    """Stops the build of a wheel without what make builds; an editable install reads it where make puts it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the contract has it
        if version == "editable":
            return
        models, bundled = (runpy.run_path(str(Path(self.root) / module)) for module in (MODEL_FILES, BUNDLED))
        try:
            for model in models["ALL"]:
                model.read()
            bundled["read_manifest"]()
        except (models["ModelUnusable"], bundled["AssetsMissing"]) as error:
            raise SystemExit(f"No wheel was built. {error}") from error
        if not Path(self.root, PLUGIN).is_file():
            raise SystemExit(f"No wheel was built. There is no {PLUGIN}: `make assets` builds it.")
