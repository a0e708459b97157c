"""An nginx in front of another server, on a port of its own."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; include /etc/nginx/mime.types;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen unix:{folder}/socket; root {root};
    location @behind {{ proxy_pass {behind}; proxy_set_header Host $http_host; }}
    {locations}
  }}
}}
"""


@contextmanager
def before(behind: str, root: Path, locations: str, folder: Path) -> Iterator[httpx.Client]:
    """A client of an nginx with these locations; `@behind` asks the other server."""
    folder.mkdir()
    user = "user root;" if folder.owner() == "root" else ""
    text = CONFIGURATION.format(folder=folder, root=root, behind=behind, locations=locations, user=user)
    (folder / "nginx.conf").write_text(text)
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with subprocess.Popen(command) as server:
        try:
            ends = time.monotonic() + 20
            while not (folder / "socket").is_socket():
                if server.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError(f"nginx did not start: {(folder / 'error.log').read_text()}")
                time.sleep(0.01)
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(folder / "socket")), base_url=behind) as client:
                yield client
        finally:
            server.terminate()
