"""The page that shows the settings: values of what is no secret, only names of what is."""

from __future__ import annotations

import html
import os
from itertools import groupby

from app_config import Settings, variables
from app_config.contract import as_text, values_of

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ignition API</title>
<style>
  :root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
  body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
  table {{ border-collapse: collapse; width: 100%; }}
  caption {{ text-align: left; font-weight: 600; padding: 1.5rem 0 .25rem; text-transform: capitalize; }}
  th, td {{ text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; border-top: 1px solid #8884; }}
  th {{ width: 22rem; font-weight: 400; }}
  code {{ overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>Ignition API</h1>
<p><a href="/health">health</a> · <a href="/health/ready">ready: database, storage, settings</a></p>
<p>Revision <code>{revision}</code></p>
{tables}
</main>
</body>
</html>
"""
_HIDDEN = "<em>secret</em>"


def revision() -> str:
    """The revision that this process is a replica of, as Container Apps says it; `none` elsewhere."""
    return os.environ.get("CONTAINER_APP_REVISION", "none")


def settings_page(settings: Settings) -> str:
    """
    The page.

    Args:
        settings: what is shown; the text of a secret never gets near the page.
    """
    values = values_of(settings)
    tables: list[str] = []
    for group, members in groupby(variables(Settings), key=lambda each: each.group):
        rows = "\n".join(
            f'<tr><th scope="row"><code>{each.env}</code></th>'
            f"<td>{_HIDDEN if each.secret else f'<code>{html.escape(as_text(values[each.env]))}</code>'}</td></tr>"
            for each in members
        )
        tables.append(f"<table><caption>{html.escape(group)}</caption>\n{rows}\n</table>")
    return _PAGE.format(revision=html.escape(revision()), tables="\n".join(tables))
