"""An Apache that serves a folder with PHP behind it, by the rules that stand in the folder's .htaccess."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.servers.mariadb import end_group
from tests.servers.openssh import free_port, wait_for

MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_event", "authz_core", "dir", "mime", "rewrite", "proxy", "proxy_fcgi")
CONFIGURATION = """
ServerName localhost
ServerRoot {folder}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
ErrorLog {folder}/error.log
TypesConfig /etc/mime.types
Listen 127.0.0.1:{port}
{user}
{modules}
ProxyFCGIBackendType GENERIC
DocumentRoot {root}
<Directory {root}>
  AllowOverride All
  Require all granted
  DirectoryIndex index.php
</Directory>
<FilesMatch "\\.php$">
  SetHandler "proxy:fcgi://127.0.0.1:{php}"
</FilesMatch>
"""


@contextmanager
def serving(root: Path, host: str, php: tuple[str, ...], folder: Path) -> Iterator[httpx.Client]:
    """A client of the folder `root` as that host has it; `php` is the command of PHP's FastCGI server."""
    folder.mkdir()
    port, behind = free_port(), free_port()
    text = CONFIGURATION.format(
        folder=folder,
        root=root,
        port=port,
        php=behind,
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED),
    )
    (folder / "apache.conf").write_text(text)
    server = ["/usr/sbin/apache2", "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": host}, timeout=60)
    with _running([*php, "-b", f"127.0.0.1:{behind}"], behind), _running(server, port), client:
        yield client


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    # Apache ends its whole group when it ends.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            wait_for(port)
            yield
        finally:
            end_group(process.pid)
