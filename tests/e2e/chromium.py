"""A chromium without a window, for the tests of the pages and for the picture of one."""

import contextlib
import pathlib
import tempfile

CHROMIUM = pathlib.Path("/usr/bin/chromium")
DRIVER = pathlib.Path("/usr/bin/chromedriver")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-quic",
         "--disable-dev-shm-usage"]


def installed():
    return CHROMIUM.exists() and DRIVER.exists()


@contextlib.contextmanager
def browser(*flags, capabilities=None):
    """A driver of selenium; python3-selenium is asked for only here."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for name, value in (capabilities or {}).items():
        options.set_capability(name, value)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in [*FLAGS, *flags, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        driver = webdriver.Chrome(service=Service(str(DRIVER)), options=options)
        try:
            yield driver
        finally:
            driver.quit()
