"""Find a browser for the tests, or get one: from the system's package manager, else in Playwright's own way."""

import os
import shutil
import subprocess
import sys

from tests import machine


def from_packages() -> bool:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    wanted = ["chromium", "fonts-noto-core"]
    return subprocess.run(["apt-get", "install", "-y", "-qq", *wanted], check=False, **quiet).returncode == 0


def from_playwright() -> bool:
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0


def main() -> None:
    if machine.browser_path():
        return
    print("No Chromium or Chrome here; installing one for the tests (a minute or two)", flush=True)
    if not (from_packages() or from_playwright()):
        print("No browser could be had. Install Chromium to run the tests in a real browser.", flush=True)


if __name__ == "__main__":
    main()
