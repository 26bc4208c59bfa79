"""What `ignition imports` tells a person beside the import file: what to find, what is made anew, and the next step."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from ignition.recovery.sorting import Sorted
from local_cloud.packages.cloudflare.lookups import CLOUDFLARE


def told(result: Sorted, *, stack: str, file: Path | None) -> str:
    """
    The text.

    Args:
        result: what becomes of each resource.
        stack: the stack's name.
        file: where the import file was written; None for standard output.
    """
    return "\n".join(_lines(result, shlex.quote(stack), shlex.quote(str(file)) if file else "import.json"))


def _lines(result: Sorted, stack: str, file: str) -> Iterator[str]:
    yield f"{_counted(result.imported, 'resource')} can be imported now."
    if result.to_find:
        yield f"\n{_counted(len(result.to_find), 'id')} to find. These commands write them to the file `ids`:\n"
        if any(each.command.startswith("cf ") for each in result.to_find):
            yield "# CLOUDFLARE_API_TOKEN holds a token that may read what is looked for.\n" + CLOUDFLARE
        yield from (f'echo "{each.name}=$({each.command})" >> ids' for each in result.to_find)
        yield f"\nThen: ignition imports {stack} --ids ids --out {file}. What has an empty id does not exist and will be created."
    if result.not_there:
        yield f"\nNot found, so `pulumi up` creates them: {', '.join(result.not_there)}."
    if result.later:
        yield (
            f"\n{_counted(len(result.later), 'id')} will be known after the import, or belong to what is made anew: "
            f"{', '.join(result.later)}."
        )
    if result.anew:
        yield "\nCannot be imported; `pulumi up` makes them anew:"
        for because in dict.fromkeys(each.because for each in result.anew):
            names = ", ".join(each.name for each in result.anew if each.because == because)
            yield f"- {names}: {because}."
        left = [f"- {each.name}: {each.left_behind}." for each in result.anew if each.left_behind]
        if left:
            yield "\nStays behind; remove it when the apps use the new one:"
            yield from left
    yield ""
    if result.imported:
        yield "Next:"
        yield f"  pulumi import --stack {stack} --file {file} --protect=false --generate-code=false --yes"
        yield f"  pulumi stack export --stack {stack} --file state.json"
        yield f"  ignition imports {stack} --state state.json --out {file}"
        yield "and so on until nothing is left to import."
    elif not result.to_find:
        yield f"Next: pulumi up --stack {stack}. Its preview must replace and delete nothing."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
