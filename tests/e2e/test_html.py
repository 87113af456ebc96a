"""report.html in a real browser: it opens from a file, asks for nothing, and its parts work."""

import json
import re
import subprocess

import pytest

import chromium
from servers import program, wait_until

pytest.importorskip("selenium.webdriver", reason="python3-selenium is not installed")
from selenium.common.exceptions import WebDriverException  # noqa: E402
from selenium.webdriver import ActionChains, Keys  # noqa: E402

if not chromium.installed():
    pytest.skip("chromium and chromium-driver are not installed: report.html is not tested",
                allow_module_level=True)

PAGES = ["pass", "lost", "pending", "three-seconds", "aborted", "not-run", "hostile", "hour",
         "eight-hours", "burst", "one-vote", "threshold", "compare-same", "compare-regression",
         "compare-worse", "compare-hostile", "trend", "trend-few", "trend-hostile"]
NO_CHARTS = ["not-run", "compare-hostile", "trend", "trend-few", "trend-hostile"]  # with a crosshair


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    directory = tmp_path_factory.mktemp("pages")
    subprocess.run([program("report_pages"), str(directory)], check=True, timeout=300)
    return directory


@pytest.fixture(scope="module")
def browser():
    logged = {"goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
    with chromium.browser("--window-size=1280,1000", capabilities=logged) as driver:
        driver.set_page_load_timeout(120)
        driver.set_script_timeout(120)
        yield driver


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
    assert (charts > 0) == (name not in NO_CHARTS)
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


# The boxes of all elements but the crosshair's own, on the page.
BOXES = """return [...document.body.querySelectorAll('*')].filter(e => !e.closest('.live > *'))
  .map(e => { const b = e.getBoundingClientRect(); return [e.tagName, e.getAttribute('class'),
    b.left + scrollX, b.top + scrollY, b.width, b.height]; })"""


def point_at(browser, chart, share):
    """The pointer at this share of the width of a chart, which is scrolled to."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    width = chart.size["width"]
    ActionChains(browser).move_to_element_with_offset(
        chart, round((share - 0.5) * width), 0).perform()


def tip(browser, figure):
    """What the crosshair of a chart says; empty where it is not shown."""
    return browser.execute_script(
        "const t = document.querySelector(arguments[0] + ' .tip');"
        "return t.hidden ? [] : [...t.children].map(c => c.textContent)", figure)


def shown(browser, figure):
    """The labels of the x axis and the first curve."""
    return browser.execute_script(
        "const f = document.querySelector(arguments[0]);"
        "return [[...f.querySelectorAll('.ticks text')].map(t => t.textContent),"
        " f.querySelector('.line[data-curve]').getAttribute('d')]", figure)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["lost", "burst", "compare-regression"])
def test_hovering_moves_nothing(open_page, name, width):
    browser = open_page(name, width=width)
    charts = browser.find_elements("css selector", ".live")
    assert len(charts) >= 4
    for chart in charts:
        figure = "#" + chart.find_element("xpath", "ancestor::figure").get_attribute("id")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
        ActionChains(browser).move_to_element(element(browser, ".brand")).perform()
        before = browser.execute_script(BOXES)  # the header stays where the window is
        for share in (0.01, 0.3, 0.6, 0.9):
            point_at(browser, chart, share)
            if share < 0.5:
                wait_until(lambda: tip(browser, figure), f"{figure} says what it shows")
            moved = [(was, now) for was, now in zip(before, browser.execute_script(BOXES))
                     if was != now]
            assert moved == [], (figure, share, moved[:5])


def test_one_crosshair_for_the_charts_over_time(open_page):
    browser = open_page("lost")
    point_at(browser, element(browser, "#chart-rate .live"), 0.5)
    said = wait_until(lambda: tip(browser, "#chart-rate"), "the crosshair is shown")
    assert re.fullmatch(r"\d:\d\d", said[0])
    for figure in ("#chart-depth", "#chart-answers", "#chart-latency", "#chart-stored"):
        assert tip(browser, figure)[0] == said[0], figure
    assert tip(browser, "#chart-percentiles") == []
    value = said[said.index("accepted (HTTP)") + 1]
    assert re.fullmatch(r"3\d\d/s", value), value


OVER_TIME = ("#chart-rate", "#chart-depth", "#chart-latency", "#chart-stored")


def test_a_drag_zooms_the_charts_over_time_and_a_button_shows_all(open_page):
    browser = open_page("lost")
    chart = element(browser, "#chart-rate .live")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    whole = {figure: shown(browser, figure) for figure in (*OVER_TIME, "#chart-percentiles")}
    reset = element(browser, "#chart-rate .reset")
    for show_all in (reset.click, lambda: ActionChains(browser).double_click(chart).perform()):
        assert not reset.is_displayed()
        ActionChains(browser).move_to_element(chart).click_and_hold().move_by_offset(200, 0) \
            .release().perform()
        for figure in OVER_TIME:
            ticks, curve = shown(browser, figure)
            assert ticks[0] not in whole[figure][0][:2], (figure, ticks)
            assert curve != whole[figure][1] and curve.startswith("M")
            assert element(browser, figure + " .reset").is_displayed()
        assert shown(browser, "#chart-percentiles") == whole["#chart-percentiles"]
        show_all()
        for figure in OVER_TIME:
            assert shown(browser, figure)[0] == whole[figure][0]


def tab_to(browser, selector):
    for _ in range(100):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.execute_script("return document.activeElement.matches(arguments[0])", selector):
            return browser.switch_to.active_element
    raise AssertionError(f"Tab never comes to {selector}")


def test_the_crosshair_and_the_zoom_by_keyboard(open_page):
    browser = open_page("lost")
    whole = shown(browser, "#chart-rate")
    chart = tab_to(browser, "#chart-rate .live")
    style = "return getComputedStyle(document.activeElement).outlineStyle"
    assert browser.execute_script(style) == "solid"
    chart.send_keys(Keys.HOME, *[Keys.ARROW_RIGHT] * 10, Keys.ARROW_LEFT)
    at = tip(browser, "#chart-rate")[0]
    assert chart.get_attribute("aria-valuetext").startswith(at + ": sent ")
    assert at == tip(browser, "#chart-depth")[0] and re.fullmatch(r"0:1\d(\.\d+)?", at)
    chart.send_keys(Keys.SHIFT, *[Keys.ARROW_RIGHT] * 30)
    assert element(browser, "#chart-rate .range").is_displayed()
    chart.send_keys(Keys.NULL, Keys.ENTER)
    assert shown(browser, "#chart-rate")[0] != whole[0]
    assert element(browser, "#chart-depth .reset").is_displayed()
    chart.send_keys(Keys.ESCAPE)
    assert shown(browser, "#chart-rate")[0] == whole[0]
    assert not element(browser, "#chart-depth .reset").is_displayed()


@pytest.mark.parametrize("name", [page for page in PAGES if page not in [*NO_CHARTS, "one-vote"]])
def test_no_chart_is_empty(open_page, name):
    """Of every chart over time, one curve at least has ten points, or one for each step there is."""
    browser = open_page(name)
    drawn = browser.execute_script(
        "return [...document.querySelectorAll('figure.chart')].map(f => [f.id,"
        " Math.max(...[...f.querySelectorAll('.line[data-curve]')]"
        "   .map(p => p.getAttribute('d').split(/[MLh]/).length - 1))])")
    assert drawn and all(points >= 4 for _, points in drawn), drawn
    if name == "burst":
        assert min(points for _, points in drawn) >= 10, drawn


# What does not fit into the box of a table.
TOO_WIDE = """return [...document.querySelectorAll('.long, .scroll')]
  .filter(e => !e.closest('details:not([open])') && e.scrollWidth > e.clientWidth)
  .map(e => (e.closest('section') || e).id + ' ' + e.scrollWidth + ' > ' + e.clientWidth)"""


@pytest.mark.parametrize("name", ["lost", "hostile", "compare-worse", "compare-hostile", "trend",
                                  "trend-hostile"])
def test_tables_fit(open_page, name):
    browser = open_page(name)
    assert browser.execute_script(TOO_WIDE) == []
    for width in (390, 768, 961):
        browser = open_page(name, width=width)
        assert browser.execute_script(TOO_WIDE) == [], width
    browser = open_page(name, width=718)  # A4 without its margins
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.execute_script(TOO_WIDE) == []


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
    for panel in ("rates", "depth", "latency"):
        for values in data[panel]["values"]:
            assert len(values) <= 2000
    assert max(value or 0 for value in data["depth"]["values"][0]) == 5000
    slowest = data["latency"]["values"][data["latency"]["names"].index("slowest")]
    assert max(value or 0 for value in slowest) >= 4
