"""A real browser without a window, spoken to in WebDriver's own words over HTTP."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--force-prefers-reduced-motion"),
]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, DOWN, ESCAPE = "\ue007", "\ue015", "\ue00c"


def missing() -> str | None:
    """Say what is not installed, or None."""
    lacking = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else None


class Browser:
    """Chromium for as long as the block lasts."""

    def __init__(self, folder: Path, width: int = 1280, height: int = 800) -> None:
        driver = shutil.which("chromedriver")
        assert driver is not None
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / "driver.log").open("wb+")
        self._driver = subprocess.Popen(
            [driver, "--port=0"], stdout=self._log, stderr=subprocess.STDOUT
        )
        try:
            self._root = f"http://127.0.0.1:{self._port(folder / 'driver.log')}"
            options = {
                "binary": shutil.which("chromium"),
                "args": [
                    *FLAGS,
                    f"--user-data-dir={folder / 'profile'}",
                    f"--window-size={width},{height}",
                ],
            }
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            self._root += "/session"
            made = self._send("POST", "", {"capabilities": {"alwaysMatch": wanted}})
            self._root += f"/{made['sessionId']}"
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._send("DELETE", "")
        finally:
            self._end()

    def open(self, page: Path, fragment: str = "") -> None:
        # A page that differs in the fragment alone would not be loaded anew.
        self._send("POST", "/url", {"url": "about:blank"})
        self._send("POST", "/url", {"url": page.as_uri() + fragment})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a JavaScript function."""
        return self._send("POST", "/execute/sync", {"script": script, "args": arguments})

    def wait(self, condition: str, *arguments: Any, seconds: float = 10) -> Any:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + seconds
        while not (value := self.run(f"return {condition}", *arguments)):
            assert time.monotonic() < end, f"not true within {seconds} s: {condition}"
            time.sleep(0.02)
        return value

    def type(self, selector: str, keys: str) -> None:
        """Press keys in an element."""
        found = self._send("POST", "/element", {"using": "css selector", "value": selector})
        self._send("POST", f"/element/{found[ELEMENT]}/value", {"text": keys})

    def pointer(self, *steps: dict[str, Any], kind: str = "mouse") -> None:
        """Move and press a mouse or a finger."""
        source = {
            "type": "pointer",
            "id": kind,
            "parameters": {"pointerType": kind},
            "actions": list(steps),
        }
        self._send("POST", "/actions", {"actions": [source]})

    def wheel(self, x: int, y: int, delta: int) -> None:
        step = {"type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": delta}
        self._send(
            "POST", "/actions", {"actions": [{"type": "wheel", "id": "w", "actions": [step]}]}
        )

    def devtools(self, command: str, **parameters: Any) -> Any:
        return self._send("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def console(self) -> list[str]:
        """Give, and forget, what was written to the console."""
        return [entry["message"] for entry in self._send("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._send("GET", "/screenshot")))

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self._root + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        # Nothing on the way to this machine itself shall be asked of a proxy.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            with error:
                told = json.load(error)["value"]
            raise RuntimeError(f"{told['error']}: {told['message']}") from None

    def _port(self, log: Path) -> int:
        for _ in range(500):
            found = re.search(r"started successfully on port (\d+)", log.read_text())
            if found:
                return int(found[1])
            assert self._driver.poll() is None, log.read_text()
            time.sleep(0.02)
        raise TimeoutError(log.read_text())

    def _end(self) -> None:
        self._driver.terminate()
        self._driver.wait()
        self._log.close()
