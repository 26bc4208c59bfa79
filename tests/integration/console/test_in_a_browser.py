"""The console in headless Chromium: what it shows, by keyboard, in both colour schemes, to assistive technology."""

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.integration.console.conftest import PAGES
from tests.support.rollouts import JOB
from tests.support.waiting import until

# Of every visible text, its contrast with what is behind it: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
CONTRASTS = """
const channels = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((each) => each / 255)
  .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
  .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
function behind(element) {
  for (let each = element; each; each = each.parentElement) {
    const colour = channels(getComputedStyle(each).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
}
return [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((each) => each.tagName !== "title")
  .map((each) => {
    const style = getComputedStyle(each);
    const inSvg = each instanceof SVGElement;
    const [one, two] = [light(channels(inSvg ? style.fill : style.color)), light(behind(each))].sort((a, b) => b - a);
    return [each.textContent.trim().slice(0, 40), (one + 0.05) / (two + 0.05)];
  })
  .filter(([, contrast]) => contrast < 4.5);
"""

OUTLINE = """
const all = (selector) => [...document.querySelectorAll(selector)];
const ids = all("[id]").map((each) => each.id);
return {
  language: document.documentElement.lang,
  landmarks: ["header", "main", "nav", "footer"].map((each) => all(each).length),
  headings: all("h1").length,
  skipped: all("h1, h2, h3").map((each) => Number(each.tagName[1])).filter((each, at, every) => each - (every[at - 1] ?? 0) > 1),
  tablesWithoutCaption: all("table").filter((each) => !each.caption).length,
  headersWithoutScope: all("th:not([scope])").length,
  inputsWithoutLabel: all("input").filter((each) => !each.labels.length).length,
  unnamed: all("a, button, [tabindex='0']").filter((each) =>
    !(each.ariaLabel || each.getAttribute("aria-labelledby") || each.textContent.trim())).length,
  twice: ids.filter((each, at) => ids.indexOf(each) !== at),
  current: all("nav [aria-current]").length,
};
"""
SOUND = {
    "language": "en",
    "landmarks": [1, 1, 1, 1],
    "headings": 1,
    "skipped": [],
    "tablesWithoutCaption": 0,
    "headersWithoutScope": 0,
    "inputsWithoutLabel": 0,
    "unnamed": 0,
    "twice": [],
    "current": 1,
}


def rows(browser, caption):
    table = browser.find_element(By.XPATH, f"//table[caption[starts-with(., '{caption}')]]")
    return [
        [cell.text for cell in row.find_elements(By.XPATH, "*")] for row in table.find_elements(By.XPATH, "tbody/tr")
    ]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_outline(browser, visit, path):
    visit(path)
    assert browser.execute_script(OUTLINE) == SOUND


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_text_stands_out(browser, visit, path, scheme):
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    visit(path)
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert browser.execute_script(CONTRASTS) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_browser_has_nothing_to_complain_of(browser, visit, path):
    browser.get_log("browser")  # what other tests provoked; reading empties it
    visit(path)
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(browser, visit, path):
    browser.set_window_size(500, 900)
    try:
        visit(path)
        assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        browser.set_window_size(1300, 900)


def test_rows_stay_low_on_a_phone_and_scroll_sideways(browser, visit):
    browser.set_window_size(500, 900)
    try:
        visit("/dns")
        heights = browser.execute_script(
            "return [...document.querySelectorAll('tbody tr')].map(row => row.offsetHeight)"
        )
        assert heights
        assert max(heights) < 60  # two lines at most
    finally:
        browser.set_window_size(1300, 900)


def test_neither_the_key_nor_the_code_stays_in_the_address(browser, visit, base, token):
    assert re.fullmatch(rf"{base}/session/[\w-]{{22}}/", browser.current_url)
    assert token() not in browser.current_url


def test_the_first_stop_of_the_tab_key_skips_the_navigation(browser, visit):
    visit("/dns")
    ActionChains(browser).send_keys(Keys.TAB).perform()
    link = browser.switch_to.active_element
    assert link.text == "Skip to the content"
    assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", link) == "solid"
    link.send_keys(Keys.ENTER)
    until(lambda: browser.switch_to.active_element.get_attribute("id") == "content", "focus on the content")


def test_the_overview_shows_apps_and_where_they_answer(browser, visit, platform):
    visit("/")
    assert [row[:3] for row in rows(browser, "Apps")] == [["api", "Running", "1 of 1"], ["admin", "Running", "1 of 1"]]
    port = platform.status()["endpoints"]["api"]["address"].rpartition(":")[2]
    links = {each.get_attribute("href") for each in browser.find_elements(By.CSS_SELECTOR, "dd a")}
    assert {f"https://api.localhost:{port}/", f"https://admin.localhost:{port}/"} <= links
    assert {row[1] for row in rows(browser, "Processes")} == {"running"}


def test_an_app_shows_its_replicas_and_revisions(browser, visit, platform):
    visit("/apps/api")
    revision = next(each["revision"] for each in platform.status()["apps"] if each["name"] == "api")
    assert [row[:3] for row in rows(browser, "Replicas")] == [[f"{revision}-1", "running", "yes"]]
    assert [row[:4] for row in rows(browser, "Revisions")] == [[revision, "Running", "yes", "100 %"]]


def test_a_log_is_live_until_it_is_paused(browser, visit, platform):
    visit("/apps/api")
    log = browser.find_element(By.ID, "log")
    until(lambda: browser.find_element(By.ID, "log-state").text == "Live", "the connection")
    platform.get("api.ecent.online", "/health?seen=live")
    until(lambda: "seen=live" in log.text, "the line in the log")
    button = browser.find_element(By.ID, "log-pause")
    button.send_keys(Keys.ENTER)
    assert button.get_attribute("aria-pressed") == "true"
    platform.get("api.ecent.online", "/health?seen=paused")
    until(lambda: "wait" in browser.find_element(By.ID, "log-state").text, "lines that wait")
    assert "seen=paused" not in log.text
    button.send_keys(Keys.ENTER)
    until(lambda: "seen=paused" in log.text, "the line in the log")


def test_jobs_are_listed_with_how_they_are_started_and_how_they_ended_last(browser, visit, job):
    name = job.run("fail")
    visit("/jobs")
    (row,) = rows(browser, "Jobs")
    assert row[:4] == [JOB, "Manual", "ghcr.io/ecent/ignition-api", "Failed"]
    assert row[4].endswith(" UTC")
    assert row[5] == "statement 1"
    visit(f"/jobs/{JOB}")
    assert rows(browser, "Executions")[0][0] == name


def test_the_log_of_any_execution_is_reached_by_keyboard(browser, visit, job):
    first, second = job.run(), job.run("fail")
    visit("/jobs")
    browser.find_element(By.LINK_TEXT, JOB).send_keys(Keys.ENTER)
    until(lambda: browser.title.startswith(f"{JOB} "), "the job's page")
    until(lambda: "no such table" in browser.find_element(By.ID, "log").text, "the last execution's log")
    latest, before = rows(browser, "Executions")[:2]
    assert [latest[0], latest[1], latest[4], latest[5]] == [
        second, "Failed", "statement 1", "container statement exited with code 1"
    ]  # fmt: skip
    assert [before[0], before[1], before[4]] == [first, "Succeeded", "statement 0"]
    browser.find_element(By.LINK_TEXT, first).send_keys(Keys.ENTER)
    until(lambda: browser.find_element(By.ID, "log-heading").text == f"Log of {first}", "that execution's log")
    until(lambda: "all rows are there" in browser.find_element(By.ID, "log").text, "its lines")
    assert "no such table" not in browser.find_element(By.ID, "log").text
    assert browser.find_element(By.CSS_SELECTOR, "th a[aria-current]").text == first


def test_a_job_that_runs_is_shown_as_running_and_its_log_goes_on(browser, visit, console, job):
    with job.told("wait"):
        started = console.post(f"/api/jobs/{JOB}/executions", json={}).json()["name"]
        visit(f"/jobs/{JOB}")
        assert rows(browser, "Executions")[0][:2] == [started, "Running"]
        until(lambda: f"{started}-1/statement" in browser.find_element(By.ID, "log").text, "the log's beginning")
        assert "all rows are there" not in browser.find_element(By.ID, "log").text
    until(lambda: "all rows are there" in browser.find_element(By.ID, "log").text, "what it wrote last")
    until(lambda: console.get(f"/api/jobs/{JOB}/executions/{started}").json()["state"] == "Succeeded", "its end")
    browser.refresh()
    assert rows(browser, "Executions")[0][:2] == [started, "Succeeded"]


@pytest.fixture
def no_job(job):
    job.remove()
    yield
    job.declare()
    job.run_both_ways()


def test_where_there_is_no_job_the_page_says_how_one_comes_to_be_and_is_run(browser, visit, no_job):
    visit("/jobs")
    assert browser.find_elements(By.TAG_NAME, "table") == []
    said = browser.find_element(By.TAG_NAME, "main").text
    assert "The stack has no job" in said
    assert "azure-native:app:Job" in said
    assert "ignition job NAME runs it" in said
    assert browser.execute_script(OUTLINE) == SOUND


def test_the_list_is_filtered_as_one_types(browser, visit):
    visit("/resources")
    browser.find_element(By.ID, "filter").send_keys("dnsrecord asuid")
    until(lambda: browser.find_element(By.ID, "filter-count").text.startswith("2 of"), "the count")
    visible = [each.text for each in browser.find_elements(By.CSS_SELECTOR, ".resource-row th") if each.is_displayed()]
    assert visible == ["admin-host-asuid", "api-host-asuid"]


def test_the_picture_has_every_resource_to_the_right_of_what_it_needs(browser, visit, console):
    visit("/graph")
    made = {each["urn"]: each for each in console.get("/api/resources").json() if each["state"] == "exists"}
    script = """return Object.fromEntries([...document.querySelectorAll('svg.graph a')].map((each) =>
        ['urn:pulumi:' + decodeURIComponent(new URL(each.href.baseVal, location).pathname.split('/resources/')[1]),
         Number(each.querySelector('rect').getAttribute('x'))]));"""
    places = browser.execute_script(script)
    assert set(places) == set(made)
    backwards = [
        (urn, each)
        for urn, node in made.items()
        for each in node["dependencies"]
        if each in made and places[each] >= places[urn]
    ]
    assert backwards == []


def test_a_box_of_the_picture_shows_its_lines_and_leads_to_its_resource_by_keyboard(browser, visit):
    visit("/graph")
    box = browser.find_element(By.CSS_SELECTOR, 'svg a[aria-label="group, ResourceGroup"]')
    browser.execute_script("arguments[0].focus()", box)
    assert browser.find_elements(By.CSS_SELECTOR, "svg path.on")
    box.send_keys(Keys.ENTER)
    until(lambda: browser.title.startswith("group "), "the resource's page")


def test_the_whole_picture_fits_when_asked_to(browser, visit):
    visit("/graph")
    wider = "const one = document.querySelector('.picture'); return one.scrollWidth > one.clientWidth"
    assert browser.execute_script(wider)
    browser.find_element(By.ID, "graph-fit").send_keys(Keys.ENTER)
    assert not browser.execute_script(wider)


def test_dns_shows_the_records_of_the_zone(browser, visit):
    visit("/dns")
    found = {(row[0], row[1]): row for row in rows(browser, "Zone ecent.online")}
    assert found["api.ecent.online", "CNAME"][5] == "yes"
    assert found["asuid.api.ecent.online", "TXT"][5] == "no"


def test_certificates_say_how_long_they_are_good(browser, visit):
    visit("/certificates")
    found = {row[0]: row for row in rows(browser, "At the edge")}
    assert found["ecent.online, *.ecent.online"][1] == "universal"
    assert all(row[4].endswith(" days") for row in found.values())


def test_buckets_show_their_rules(browser, visit):
    visit("/buckets")
    assert [row[0] for row in rows(browser, "Buckets")] == ["ignition-local"]
    assert "unfinished uploads given up after 7 days" in browser.find_element(By.TAG_NAME, "main").text


def test_the_vault_shows_names_and_versions(browser, visit, console):
    visit("/vault")
    found = {row[0]: row for row in rows(browser, "Secrets of ")}
    resources = {each["name"]: each for each in console.get("/api/resources").json()}
    address = resources["secrets-session-secret"]["outputs"]["properties"]["secretUriWithVersion"]
    assert found["SESSION-SECRET"][1] == address.rpartition("/")[2]
