"""What users see: names, types, and what an import costs them."""

from __future__ import annotations

import json
import subprocess
import sys
import types
from pathlib import Path

import pytest

import app_config

ROOT = Path(__file__).parents[3]
USER = """
from pathlib import Path
from typing import assert_type

from pydantic import SecretStr

from app_config import (
    AdminSettings, Credential, Dotenv, Environment, Explicit, KeyVault, Problem, Settings, SettingsError, Snapshot,
    StackOutputs, Variable, VaultAccess, Watch, aload, load, resolve, variables, watch,
)

access = VaultAccess(credential=Credential.MANAGED_IDENTITY, snapshot=Snapshot(file=Path("x")))
sources = (Explicit({"A": 1}), Environment(), Dotenv(".env"), KeyVault("https://v", access), StackOutputs(stack="dev"))
settings = load(Settings, *sources)
assert_type(settings, Settings)
assert_type(settings.database.url, SecretStr)
assert_type(settings.server.port, int)
assert_type(settings.cors.allowed_origins, tuple[str, ...])
assert_type(load(AdminSettings), AdminSettings)
assert_type(resolve(Settings).settings, Settings | None)
assert_type(variables(Settings), tuple[Variable, ...])


def changed(new: Settings, names: frozenset[str]) -> None:
    print(new.server.port, names)


async def start() -> None:
    assert_type(await aload(Settings), Settings)
    assert_type(watch(Settings, *sources, on_change=changed), Watch[Settings])
    try:
        load(Settings)
    except SettingsError as error:
        assert_type(error.problems, tuple[Problem, ...])
"""
MISUSE = """
from app_config import Settings, load, resolve

load(Settings, "https://kv")
load(Settings).server.prot
resolve(Settings).settings.server
"""


def _python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT).stdout


def test_every_public_name_is_there_and_documented() -> None:
    for name in app_config.__all__:
        assert getattr(app_config, name).__doc__, name


def test_nothing_else_is_public() -> None:
    submodules = {name for name, value in vars(app_config).items() if isinstance(value, types.ModuleType)}
    public = {name for name in vars(app_config) if not name.startswith("_")} - submodules
    assert public <= {*app_config.__all__, "annotations", "TYPE_CHECKING", "Final"}
    assert sorted(app_config.__all__) == app_config.__all__ == dir(app_config)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Setings'"):
        _ = app_config.Setings  # type: ignore[attr-defined]  the point of the test


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(app_config.__file__).parent / "py.typed").is_file()


def test_an_import_brings_neither_azure_nor_pulumi() -> None:
    program = (
        "import json, sys; from app_config import *; from app_config.command import cli, exec, check; "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    loaded = set(json.loads(_python(program)))
    assert "app_config" in loaded
    assert loaded.isdisjoint({"azure", "msal", "pulumi", "requests", "cryptography", "aiohttp", "local_cloud", "infra"})


def test_a_dotenv_file_is_loaded_without_azure_pulumi_or_a_network_library() -> None:
    program = (
        "import json, sys; from app_config import Dotenv, Settings, load; load(Settings, Dotenv('.env.example')); "
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = set(json.loads(_python(program)))
    assert loaded.isdisjoint({"azure", "pulumi", "requests", "http.client", "app_config.vault.clients", "click"})


def _pyright(tmp_path: Path, program: str) -> list[str]:
    (tmp_path / "user.py").write_text(program)
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT)], "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    argv = ["pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(tmp_path)]
    pyright = Path(sys.executable).with_name("pyright")
    done = subprocess.run([str(pyright), *argv[1:]], check=False, capture_output=True, text=True, cwd=tmp_path)
    return [
        f"{each['range']['start']['line']}: {each['message']}" for each in json.loads(done.stdout)["generalDiagnostics"]
    ]


def test_users_see_the_types_under_strict_checking(tmp_path: Path) -> None:
    assert _pyright(tmp_path, USER) == []


def test_misuse_is_seen_by_the_type_checker(tmp_path: Path) -> None:
    found = "\n".join(_pyright(tmp_path, MISUSE))
    assert 'cannot be assigned to parameter "sources" of type "Source"' in found
    assert 'Cannot access attribute "prot"' in found
    assert '"server" is not a known attribute of "None"' in found
