"""The page in headless Chromium: at the width of a desk and of a phone, light and dark, by contrast and by size."""

import base64

import pytest

from tests.integration.console.test_in_a_browser import CONTRASTS

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")

# Elements whose text or box leaves the window; what is closed or not shown has no box.
_OUTSIDE = """
return [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility())
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.left < -0.5 || box.right > innerWidth + 0.5))
  .map(([each]) => each.outerHTML.slice(0, 80));
"""
# Text of the picture that is wider than the box that it stands in.
_SPILT = """
return [...document.querySelectorAll("svg .box")]
  .filter((each) => each.checkVisibility())
  .flatMap((each) => {
    const box = each.querySelector("rect").getBoundingClientRect();
    return [...each.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().right > box.right + 0.5)
      .map((text) => text.textContent);
  });
"""
_SMALLEST = """
const scale = (each) => each.ownerSVGElement ? each.getCTM().a : 1;
return Math.min(...[...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility() && each.textContent.trim() && !each.matches("title, svg, g"))
  .map((each) => parseFloat(getComputedStyle(each).fontSize) * scale(each)));
"""


@pytest.fixture
def page(browser, written):
    """Opens the page at a width and in a colour scheme."""

    def show(width, scheme="light"):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(written["report.html"].as_uri())

    yield show
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_off_the_screen(browser, page, width):
    page(width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script(_OUTSIDE) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_has_contrast(browser, page, width, scheme):
    page(width, scheme)
    assert browser.execute_script(CONTRASTS) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_picture_is_shown_once_and_its_texts_stay_in_their_boxes(browser, page, width):
    page(width)
    shown = "return [...document.querySelectorAll('svg')].filter((each) => each.checkVisibility()).length"
    assert browser.execute_script(shown) == 1
    assert browser.execute_script(_SPILT) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_is_too_small_to_read(browser, page, width):
    page(width)
    assert browser.execute_script(_SMALLEST) >= 11


def test_it_is_sound_to_assistive_technology(browser, page):
    page(1280)
    outline = browser.execute_script(
        """
        const all = (selector) => [...document.querySelectorAll(selector)];
        return {
          language: document.documentElement.lang,
          landmarks: ["header", "main", "footer"].map((each) => all(each).length),
          headings: all("h1").length,
          headersWithoutScope: all("th:not([scope])").length,
          pictures: all("svg:not([aria-label])").length,
        };
        """
    )
    assert outline == {
        "language": "en",
        "landmarks": [1, 1, 1],
        "headings": 1,
        "headersWithoutScope": 0,
        "pictures": 0,
    }


def test_it_asks_for_nothing_and_says_nothing_in_the_console(browser, page):
    page(1280)
    assert browser.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)") == []
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_picture_of_it_is_not_blank(browser, page, width):
    page(width)
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    assert len(base64.b64decode(taken["data"])) > 20_000
