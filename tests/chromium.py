"""Makes sure that there is a Chromium for the browser tests: installs it where it can, else says how."""

import os
import shutil
import subprocess
import sys

ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium on this machine; CHROMIUM names another one."""
    chosen = os.environ.get("CHROMIUM", "")
    return shutil.which(chosen) if chosen else next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Debian's Chromium, by apt."""
    become = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*become, "apt-get", "update", "-qq"], check=True)
    subprocess.run([*become, "apt-get", "install", "-y", "-qq", "chromium"], check=True)


def main() -> str | None:
    if find():
        return None
    try:
        if shutil.which("apt-get"):
            print("Installing Chromium for the browser tests …", flush=True)
            install()
    except subprocess.CalledProcessError as error:
        return f"Chromium could not be installed ({' '.join(error.cmd)} failed). Install it, or name it in CHROMIUM."
    return None if find() else "The browser tests need Chromium. Install it, or name it in the variable CHROMIUM."


if __name__ == "__main__":
    sys.exit(main())
