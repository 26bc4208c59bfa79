"""The contract in Rust, TypeScript and JSON Schema, compiled and run, against what Python says of the same environment."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import jsonschema
import pytest
from pydantic import Field

from app_config import AdminSettings, Contract, Env, Environment, Settings, resolve
from app_config.contract import Group, as_text, values_of, variables
from app_config.formats import Secret
from app_config.languages.json_schema import json_schema
from app_config.languages.rust import rust_module
from app_config.languages.shapes import Kind, shaped
from app_config.languages.typescript import typescript_module
from tests.support.typescript import find_tsc
from tests.unit.app_config.samples import DEVELOPMENT, PRODUCTION_SECRETS, without

# What each does to an environment that is right, and the variable that is wrong then.
WRONG: Mapping[str, tuple[str, str | None]] = {
    "a required variable is missing": ("DATABASE_URL", None),
    "no number": ("SERVER_PORT", "eighty"),
    "a number that is too small": ("DATABASE_POOL_SIZE", "0"),
    "a number that is too large": ("SERVER_PORT", "65536"),
    "an unknown choice": ("APP_ENV", "staging"),
    "neither true nor false": ("EDGE_REQUIRED", "maybe"),
    "an empty secret": ("STORAGE_ACCESS_KEY_ID", ""),
    "a line end behind a secret": ("AUTH_OAUTH_AZURE_CLIENT_SECRET", "secret-with-a-line-end\n"),
    "a secret that is too short": ("SESSION_SECRET", "é" * 31),
    "a bucket's name that ends with a hyphen": ("STORAGE_BUCKET", "ignition-"),
    "a bucket's name with capitals": ("STORAGE_BUCKET", "Ignition"),
    "a bucket's name of 64 letters": ("STORAGE_BUCKET", "b" * 64),
    "an empty text": ("STORAGE_REGION", ""),
}
RIGHT: Mapping[str, tuple[str, str | None]] = {
    "everything given": ("SERVER_PORT", "1"),
    "defaults": ("SERVER_HOST", None),
    "a bucket's name of 63 letters": ("STORAGE_BUCKET", "b" * 63),
    "a bucket's name of 3 letters": ("STORAGE_BUCKET", "a-b"),
    "another word for true": ("EDGE_REQUIRED", "ON"),
    "a secret of 32 characters": ("SESSION_SECRET", "é0a1b2c3" * 4),
    "spaces in a list": ("CORS_ALLOWED_ORIGINS", "https://ignition.ecent.online , https://a.ecent.online,"),
}


class Renamed(Contract):
    """A contract in which DATABASE_URL has another name."""

    class Part(Group):
        """Its one group."""

        url: Annotated[Secret, Env("DATABASE_DSN")] = Field(description="Where the database is.")

    database: Part


def environment(name: str, value: str | None) -> dict[str, str]:
    changed = without(DEVELOPMENT, name)
    return changed if value is None else changed | {name: value}


@dataclass(frozen=True)
class Program:
    """A compiled program that prints its settings as JSON, or what is wrong with them."""

    argv: list[str]

    def run(self, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.argv, env=dict(environ), check=False, capture_output=True, text=True)


def expected(environ: Mapping[str, str]) -> dict[str, str]:
    """The values as Python reads them, by variable, as text."""
    found = resolve(Settings, Environment(environ))
    assert found.settings is not None, found.problems
    return {name: as_text(value) for name, value in values_of(found.settings).items()}


def rust_main() -> str:
    shows = {
        Kind.SECRET: "settings.{}.expose()",
        Kind.CHOICE: "settings.{}.as_str()",
        Kind.LIST: "settings.{}.join(\",\")",
    }  # fmt: skip
    lines = "".join(
        f'    println!("{each.variable.env}={{}}", {shows.get(each.kind, "settings.{}").format(each.variable.env.lower())});\n'
        for each in shaped(Settings)
    )
    return f"""mod settings;
fn main() {{
    match settings::Settings::from_env() {{
        Ok(settings) => {{
            eprintln!("{{settings:?}} {{settings:#?}}");
{lines}        }}
        Err(error) => {{
            eprintln!("{{error}} {{error:?}}");
            for problem in &error.problems {{
                println!("{{}}", problem.variable);
            }}
            std::process::exit(1);
        }}
    }}
}}
"""


def cargo_build(project: Path, module: str, main: str) -> subprocess.CompletedProcess[str]:
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("there is no cargo on PATH")
    (project / "src").mkdir(parents=True, exist_ok=True)
    (project / "Cargo.toml").write_text('[package]\nname = "probe"\nversion = "0.1.0"\nedition = "2021"\n')
    (project / "src" / "settings.rs").write_text(module)
    (project / "src" / "main.rs").write_text(main)
    return subprocess.run([cargo, "build", "--offline"], cwd=project, check=False, capture_output=True, text=True)


TYPESCRIPT_MAIN = """import { loadSettings, Secret, SettingsError } from "./settings.js";
declare const console: { log(text: string): void; error(...anything: unknown[]): void };
declare const process: { exitCode: number };
try {
  const settings = loadSettings();
  console.error(settings, `${settings.databaseUrl}`, JSON.stringify(settings));
  for (const [name, value] of Object.entries(settings)) {
    console.log(`${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}=${value instanceof Secret ? value.expose() : value}`);
  }
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error);
  for (const problem of error.problems) console.log(problem.variable);
  process.exitCode = 1;
}
"""


def tsc_build(project: Path, module: str, main: str) -> subprocess.CompletedProcess[str]:
    compiler = find_tsc()
    (project / "package.json").write_text('{"type": "module"}')
    (project / "settings.ts").write_text(module)
    (project / "main.ts").write_text(main)
    options = {
        "strict": True,
        "noUncheckedIndexedAccess": True,
        "exactOptionalPropertyTypes": True,
        "noUnusedLocals": True,
        "target": "es2022",
        "module": "nodenext",
        "types": [],
    }
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["main.ts"]}))
    return subprocess.run(compiler, cwd=project, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module", params=["rust", "typescript"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Program:
    project = tmp_path_factory.mktemp(request.param)
    if request.param == "rust":
        built = cargo_build(project, rust_module(Settings), rust_main())
        assert built.returncode == 0, built.stderr
        assert "warning" not in built.stderr
        return Program([str(project / "target" / "debug" / "probe")])
    built = tsc_build(project, typescript_module(Settings), TYPESCRIPT_MAIN)
    assert built.returncode == 0, built.stdout
    return Program([shutil.which("node") or "node", str(project / "main.js")])


@pytest.mark.parametrize("change", RIGHT.values(), ids=list(RIGHT))
def test_it_reads_what_python_reads(program: Program, change: tuple[str, str | None]) -> None:
    environ = environment(*change)
    ran = program.run(environ)
    assert ran.returncode == 0, ran.stderr
    assert dict(line.partition("=")[::2] for line in ran.stdout.splitlines()) == expected(environ)


@pytest.mark.parametrize("change", WRONG.values(), ids=list(WRONG))
def test_it_refuses_what_python_refuses(program: Program, change: tuple[str, str | None]) -> None:
    environ = environment(*change)
    assert change[0] in {problem.variable for problem in resolve(Settings, Environment(environ)).problems}
    ran = program.run(environ)
    assert (ran.returncode, ran.stdout.split()) == (1, [change[0]])


def test_everything_that_is_wrong_is_said_at_once(program: Program) -> None:
    environ = {"SERVER_PORT": "x", "EDGE_REQUIRED": "x"}
    required = {variable.env for variable in variables(Settings) if variable.required}
    assert set(program.run(environ).stdout.split()) == {"SERVER_PORT", *required}


def test_no_secret_is_printed_whatever_prints_it(program: Program) -> None:
    printed = program.run(DEVELOPMENT).stderr + program.run(DEVELOPMENT | {"APP_ENV": "x"}).stderr
    assert "********" in printed
    assert not [name for name, value in PRODUCTION_SECRETS.items() if value in printed]


def test_no_refused_secret_is_printed(program: Program) -> None:
    said = program.run(DEVELOPMENT | {"SESSION_SECRET": "mark-of-a-short-one"})
    assert said.returncode == 1
    assert "mark-of" not in said.stdout + said.stderr


@pytest.mark.parametrize("build", [cargo_build, tsc_build])
def test_a_renamed_variable_breaks_the_build(build: Any, tmp_path: Path) -> None:
    rust = build is cargo_build
    module = (rust_module if rust else typescript_module)(Renamed)
    uses = (
        'mod settings;\nfn main() { println!("{}", settings::Settings::from_env().unwrap().%s.expose()); }\n'
        if rust
        else 'import { loadSettings } from "./settings.js";\nloadSettings().%s.expose();\n'
    )
    names = ("database_dsn", "database_url") if rust else ("databaseDsn", "databaseUrl")
    assert build(tmp_path, module, uses % names[0]).returncode == 0
    broken = build(tmp_path, module, uses % names[1])
    assert broken.returncode != 0
    assert names[1] in broken.stdout + broken.stderr


@pytest.mark.parametrize("build", [cargo_build, tsc_build])
def test_the_admin_consoles_module_compiles(build: Any, tmp_path: Path) -> None:
    rust = build is cargo_build
    module = (rust_module if rust else typescript_module)(AdminSettings)
    main = "mod settings;\nfn main() {}\n" if rust else 'import "./settings.js";\n'
    built = build(tmp_path, module, main)
    assert built.returncode == 0, built.stdout + built.stderr


def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(json_schema(Settings))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("change", [each for name, each in RIGHT.items() if name != "another word for true"])
def test_the_schema_accepts_what_python_reads(change: tuple[str, str | None]) -> None:
    validator().validate(environment(*change))


def test_the_schema_accepts_the_values_that_texts_stand_for() -> None:
    validator().validate(environment("SERVER_PORT", None) | {"SERVER_PORT": 8080, "EDGE_REQUIRED": True})
    wrong = environment("SERVER_PORT", None) | {"SERVER_PORT": 65536}
    assert [each.json_path for each in validator().iter_errors(wrong)] == ["$.SERVER_PORT"]


@pytest.mark.parametrize("change", [each for name, each in WRONG.items() if "number that" not in name])
def test_the_schema_refuses_what_python_refuses(change: tuple[str, str | None]) -> None:
    found = list(validator().iter_errors(environment(*change)))
    assert found
    assert all(change[0] in each.message or change[0] in each.json_path for each in found)


def test_the_schema_marks_exactly_the_secrets() -> None:
    properties = json.loads(json_schema(Settings))["properties"]
    assert {name for name, each in properties.items() if each.get("writeOnly")} == set(PRODUCTION_SECRETS)
