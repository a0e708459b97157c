"""Builds what the dashboard's pages load, out of our sources and locked packages of npm; does nothing if it is built.

Files carry the hash of their content in their name, so that a browser may keep them for ever; `manifest.json` says
which file stands for which name.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

from appliance.web import bundled

SOURCES = Path("appliance/web/assets")
PACKAGES = Path("node_modules")
LOCK = Path("package-lock.json")
INSTALLED = PACKAGES / ".package-lock.json"
ENTRIES = ("app.js", "theme.js", "app.css")
LICENCES = {
    "Inter": "@fontsource-variable/inter",
    "JetBrains Mono": "@fontsource-variable/jetbrains-mono",
    "htmx": "htmx.org",
    "Lucide": "lucide-static",
}
SVG = "{http://www.w3.org/2000/svg}"
ESBUILD = (
    "--bundle",
    "--minify",
    "--target=chrome123,firefox121,safari17.5",
    "--format=iife",
    "--entry-names=[name]-[hash]",
    "--asset-names=[name]-[hash]",
    "--loader:.woff2=file",
    "--log-level=warning",
)


def digest() -> str:
    """Of everything that the result depends on."""
    told = sha256()
    for path in [Path(__file__), Path("package.json"), LOCK, *sorted(SOURCES.rglob("*"))]:
        if path.is_file():
            told.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return told.hexdigest()


def built(wanted: str) -> bool:
    try:
        return bundled.read_manifest().digest == wanted
    except bundled.AssetsMissing:
        return False


def install_packages() -> None:
    """Exactly what the lock file says; does nothing where it is there. Raises RuntimeError."""
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime:
        return
    if not (shutil.which("npm") and shutil.which("node")):
        raise RuntimeError(
            "node and npm build it, and are not both found: install Node.js 20 or newer, which brings them."
        )
    print("Fetching what the dashboard is built from (25 MB).", flush=True)
    _run("npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error")
    INSTALLED.touch()


def bundle(folder: Path) -> dict[str, str]:
    """Our scripts and styles with all that they import; which file each became."""
    told = folder / "told.json"
    _run(
        str(PACKAGES / ".bin/esbuild"),
        *(str(SOURCES / name) for name in ENTRIES),
        *ESBUILD,
        f"--outdir={folder}",
        f"--metafile={told}",
    )
    outputs = json.loads(told.read_text())["outputs"]
    told.unlink()
    entries = {entry: Path(name).name for name, what in outputs.items() if (entry := what.get("entryPoint"))}
    return {Path(entry).name: name for entry, name in entries.items()}


def sprite() -> bytes:
    """The icons that `icons.txt` names, in one picture whose parts pages refer to."""
    ElementTree.register_namespace("", SVG.strip("{}"))
    whole = ElementTree.Element(f"{SVG}svg")
    for name in sorted(set((SOURCES / "icons.txt").read_text().split())):
        icon = ElementTree.parse(PACKAGES / "lucide-static/icons" / f"{name}.svg").getroot()
        symbol = ElementTree.SubElement(whole, f"{SVG}symbol", {"id": name, "viewBox": "0 0 24 24"})
        symbol.extend(icon)
    return ElementTree.tostring(whole)


def licences() -> Iterator[str]:
    for title, package in LICENCES.items():
        yield f"{title}\n{'=' * len(title)}\n\n{(PACKAGES / package / 'LICENSE').read_text().strip()}\n"


def hashed(folder: Path, name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    chosen = f"{stem}-{sha256(content).hexdigest()[:8]}.{ending}"
    (folder / chosen).write_bytes(content)
    return chosen


def build(wanted: str) -> None:
    """The folder is put in place as a whole, so that no page ever loads half of it."""
    install_packages()
    bundled.FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bundled.FOLDER.parent, prefix=".static-") as made:
        folder = Path(made) / "static"
        folder.mkdir()
        files = bundle(folder)
        for name in ("mark.svg",):
            files[name] = hashed(folder, name, (SOURCES / name).read_bytes())
        files["icons.svg"] = hashed(folder, "icons.svg", sprite())
        (folder / "licences.txt").write_text("\n\n".join(licences()))
        (folder / bundled.MANIFEST).write_text(json.dumps({"digest": wanted, "files": files}, indent=1))
        shutil.rmtree(bundled.FOLDER, ignore_errors=True)
        folder.replace(bundled.FOLDER)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"`{command[0]} {command[1]}` said: {(done.stderr or done.stdout).strip()}")


def main() -> int:
    wanted = digest()
    if built(wanted):
        return 0
    try:
        build(wanted)
    except (OSError, RuntimeError) as error:
        print(f"The dashboard was not built: {error}", file=sys.stderr)
        return 1
    print(f"Built {bundled.FOLDER.relative_to(Path.cwd())}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
