"""Makes sure that there is a Chromium for the browser tests: installs it where it can, else says how."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SHELL = "chromium-headless-shell"  # the same engine without a window's frame; it takes two thirds of the processor time
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "The browser tests need Chromium. Install it, which make test does on Debian, or name it in CHROMIUM."


def find() -> str | None:
    """The path of a Chromium on this machine; CHROMIUM names another one."""
    chosen = os.environ.get("CHROMIUM", "")
    return shutil.which(chosen) if chosen else next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running() -> Iterator[Browser]:
    """A Chromium without a window, which talks to nobody by itself."""
    path = find()
    assert path, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def install() -> None:
    """Debian's Chromium by apt: its shell, or the whole where there is none."""
    apt = [*([] if os.geteuid() == 0 else ["sudo", "-n"]), "apt-get"]
    subprocess.run([*apt, "update", "-qq"], check=True)
    if subprocess.run([*apt, "install", "-y", "-qq", SHELL], stderr=subprocess.DEVNULL).returncode:
        subprocess.run([*apt, "install", "-y", "-qq", "chromium"], check=True)


def main() -> str | None:
    if find():
        return None
    try:
        if shutil.which("apt-get"):
            print("Installing Chromium for the browser tests …", flush=True)
            install()
    except subprocess.CalledProcessError as error:
        return f"Chromium could not be installed ({' '.join(error.cmd)} failed). Install it, or name it in CHROMIUM."
    return None if find() else MISSING


if __name__ == "__main__":
    sys.exit(main())
