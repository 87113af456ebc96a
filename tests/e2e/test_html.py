"""report.html in a real browser: it opens from a file, asks for nothing, and its parts work."""

import json
import pathlib
import re
import subprocess
import tempfile

import pytest

from servers import program, wait_until

webdriver = pytest.importorskip("selenium.webdriver", reason="python3-selenium is not installed")
from selenium.common.exceptions import WebDriverException  # noqa: E402

CHROMIUM = pathlib.Path("/usr/bin/chromium")
DRIVER = pathlib.Path("/usr/bin/chromedriver")
if not CHROMIUM.exists() or not DRIVER.exists():
    pytest.skip("chromium and chromium-driver are not installed: report.html is not tested",
                allow_module_level=True)

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-quic",
         "--disable-dev-shm-usage", "--window-size=1280,1000"]
PAGES = ["pass", "lost", "pending", "three-seconds", "aborted", "not-run", "hostile", "hour",
         "eight-hours"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    directory = tmp_path_factory.mktemp("pages")
    subprocess.run([program("report_pages"), str(directory)], check=True, timeout=300)
    return directory


@pytest.fixture(scope="module")
def browser():
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in [*FLAGS, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(service=Service(str(DRIVER)), options=options)
        driver.set_page_load_timeout(120)
        driver.set_script_timeout(120)
        yield driver
        driver.quit()


@pytest.fixture
def open_page(browser, pages):
    """open_page(name, width, theme): the browser with this page, as after its first visit."""
    def open_it(name, width=1280, theme="light"):
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": "", "features": [{"name": "prefers-color-scheme", "value": theme}]})
        browser.get((pages / f"{name}.html").as_uri())
        browser.execute_script("localStorage.clear(); delete document.documentElement.dataset.theme")
        return browser
    return open_it


def element(browser, selector):
    return browser.find_element("css selector", selector)


def requests(browser):
    """Addresses that pages asked for since the last look. The tab that the browser begins with is a
    page of its own (chrome://...), and goes on loading after it was left."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        of_browser = message["params"].get("documentURL", "").startswith("chrome")
        if (message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated")
                and not of_browser):
            found.append(message["params"].get("request", message["params"])["url"])
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_complaint_and_asks_for_nothing(browser, open_page, pages, name):
    browser.get_log("browser")
    requests(browser)
    open_page(name, theme="dark")
    charts = browser.execute_script("return document.querySelectorAll('.live .point').length")
    assert (charts > 0) == (name != "not-run")
    assert element(browser, "#theme").is_displayed()  # its script ran
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert [text for text in complaints if not text.startswith("chrome")] == []
    asked = [url for url in requests(browser) if not url.startswith("data:")]
    assert set(asked) == {(pages / f"{name}.html").as_uri()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone(open_page, name):
    browser = open_page(name, width=390)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390


def test_the_theme_follows_the_system_until_the_button_says_otherwise(open_page):
    def background(browser):
        return browser.execute_script("return getComputedStyle(document.body).backgroundColor")

    light = background(open_page("pass", theme="light"))
    browser = open_page("pass", theme="dark")
    dark = background(browser)
    assert light != dark
    element(browser, "#theme").click()
    assert background(browser) == light
    browser.refresh()
    assert background(browser) == light  # remembered
    element(browser, "#theme").click()
    assert background(browser) == dark


def shown_rows(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#anomaly-table tbody tr')]"
        ".filter(row => row.offsetParent !== null).length")


def test_the_filter_of_the_anomalies(open_page):
    browser = open_page("lost")
    assert shown_rows(browser) == 37
    voter = element(browser, "#anomaly-table tbody code").text
    text = element(browser, "#filter-text")
    text.send_keys(voter.upper())
    assert shown_rows(browser) == 1
    assert element(browser, "#filter-count").text == "1 of 37 shown"
    text.clear()
    text.send_keys("worker-crash lost")
    assert shown_rows(browser) == 37
    element(browser, "#filter input[type=checkbox]").click()
    assert shown_rows(browser) == 0


def test_a_trail_opens(open_page):
    browser = open_page("lost")
    assert not element(browser, "#anomaly-table .trail").is_displayed()
    element(browser, "#anomaly-table summary").click()
    assert "answered 200" in element(browser, "#anomaly-table .trail").text


def test_one_cursor_for_the_charts_over_time(open_page):
    browser = open_page("lost")
    chart = element(browser, "#chart-rate .live")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    from selenium.webdriver import ActionChains
    ActionChains(browser).move_to_element(chart).perform()

    def cursor(figure):
        return browser.execute_script(
            "const c = document.querySelector(arguments[0] + ' .cursor');"
            "return c.hidden ? '' : c.textContent", figure)

    wait_until(lambda: cursor("#chart-rate"), "the cursor is shown")
    assert re.fullmatch(r"\d:\d\d", cursor("#chart-rate"))
    assert cursor("#chart-depth") == cursor("#chart-rate")
    assert cursor("#chart-latency") == cursor("#chart-rate")
    value = element(browser, "#chart-rate [data-value=accepted]").text
    assert re.fullmatch(r"3\d\d/s", value), value


def test_a_drag_zooms_the_charts_over_time_and_a_double_click_shows_all(open_page):
    browser = open_page("lost")
    chart = element(browser, "#chart-rate .live")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    from selenium.webdriver import ActionChains

    def shown(figure):
        return browser.execute_script(
            "const f = document.querySelector(arguments[0]);"
            "return [[...f.querySelectorAll('.ticks text')].map(t => t.textContent),"
            " f.querySelector('.line[data-curve]').getAttribute('d')]", figure)

    whole = {figure: shown(figure) for figure in ("#chart-rate", "#chart-depth", "#chart-latency",
                                                  "#chart-percentiles")}
    ActionChains(browser).move_to_element(chart).click_and_hold().move_by_offset(200, 0) \
        .release().perform()
    for figure in ("#chart-rate", "#chart-depth", "#chart-latency"):
        ticks, curve = shown(figure)
        assert ticks[0] not in whole[figure][0][:2], (figure, ticks)
        assert curve != whole[figure][1] and curve.startswith("M")
    assert shown("#chart-percentiles") == whole["#chart-percentiles"]
    ActionChains(browser).double_click(chart).perform()
    assert shown("#chart-rate")[0] == whole["#chart-rate"][0]


def test_what_others_wrote_stays_text(open_page):
    browser = open_page("hostile")
    assert browser.title.startswith("FAIL </script>")
    assert browser.execute_script("return document.scripts.length") == 2
    assert browser.execute_script("return document.images.length") == 0
    assert "<script>document.title=" in element(browser, "#anomaly-table").text


def test_without_scripts_the_charts_and_tables_are_there(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get((pages / "lost.html").as_uri())

        def heights():
            """Nothing while the browser still replaces the document: its nodes are unknown then."""
            try:
                root = browser.execute_cdp_cmd("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
                return {selector: height(root, selector) for selector in (
                    "#chart-rate .still", "#chart-depth .still", "#chart-percentiles .still",
                    "#chart-latency .still", "#checks table", "#anomaly-table", ".ladder")}
            except WebDriverException:
                return None

        def height(root, selector):
            found = browser.execute_cdp_cmd("DOM.querySelector",
                                            {"nodeId": root, "selector": selector})["nodeId"]
            assert found, selector
            return browser.execute_cdp_cmd("DOM.getBoxModel",
                                           {"nodeId": found})["model"]["height"]

        shown = wait_until(heights, "every chart and table has a box")
        assert min(shown.values()) > 50, shown
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_it_prints_light_and_whole(open_page):
    browser = open_page("lost", theme="dark")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    style = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    assert browser.execute_script(style, "body", "backgroundColor") == "rgb(255, 255, 255)"
    assert browser.execute_script(style, ".top", "display") == "none"
    assert browser.execute_script(style, "#chart-rate .still", "visibility") == "visible"
    assert browser.execute_script(style, "#chart-rate .live", "display") == "none"
    pdf = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]
    assert len(pdf) > 20_000


@pytest.mark.parametrize("name", ["hour", "eight-hours"])
def test_a_long_run_makes_a_small_page_that_hides_no_spike(pages, name):
    page = (pages / f"{name}.html").read_text()
    assert len(page.encode()) < 400_000
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    for panel in ("rates", "depth", "response"):
        for values in data[panel]["values"]:
            assert len(values) <= 2000
    assert max(value or 0 for value in data["depth"]["values"][0]) == 5000
    slowest = data["response"]["values"][data["response"]["names"].index("slowest")]
    assert max(value or 0 for value in slowest) >= 4
