"""
The console's pages: what each of them shows, from the parts themselves at the moment of asking.

How it looks is in `templates` and `static`; what must not be shown is `masking`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jinja2
from cryptography import x509
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from local_cloud.console import picture
from local_cloud.console.jobs import exit_codes_of, jobs_of, took
from local_cloud.console.masking import KnownSecrets, shown_inputs, shown_outputs
from local_cloud.console.stack_state import Node, StackState
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.services.container_apps.backend import AppStatus

_HERE: Final = Path(__file__).parent
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
NAVIGATION: Final = (
    ("/", "Overview"),
    ("/apps", "Apps"),
    ("/jobs", "Jobs"),
    ("/graph", "Graph"),
    ("/resources", "Resources"),
    ("/dns", "DNS"),
    ("/certificates", "Certificates"),
    ("/buckets", "Buckets"),
    ("/vault", "Vault"),
)


class Pages:
    """
    All pages.

    Args:
        cloud: what they show.
        stack: the engine's side of it.
        secrets: what must appear in none.
        status: what `ignition status` would say now.
    """

    def __init__(
        self, cloud: LocalCloud, stack: StackState, secrets: KnownSecrets, status: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._cloud = cloud
        self._stack = stack
        self._secrets = secrets
        self._status = status
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(_FILTERS)

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route("/", self._overview),
            Route("/apps", self._apps),
            Route("/apps/{app}", self._app),
            Route("/jobs", self._jobs),
            Route("/jobs/{job}", self._job),
            Route("/graph", self._graph),
            Route("/resources", self._resources),
            Route("/resources/{key:path}", self._resource),
            Route("/dns", self._dns),
            Route("/certificates", self._certificates),
            Route("/buckets", self._buckets),
            Route("/vault", self._vault),
            Route("/api/resources", self._as_json),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]

    def _overview(self, request: Request) -> Response:
        return self._page(
            request,
            "overview.html",
            status=self._status(),
            apps=self._running(),
            links={app: self._link(found) for app, found in self._running()},
            processes=self._cloud.parts.supervisor.status(),
            resources=len(self._stack.nodes()),
        )

    def _apps(self, request: Request) -> Response:
        return self._page(request, "apps.html", apps=self._running())

    def _app(self, request: Request) -> Response:
        app = request.path_params["app"]
        found = dict(self._running()).get(app)
        if found is None:
            return self._missing(request, f"There is no app “{app}” here.", "/apps", "All apps")
        events = self._cloud.parts.platform.events(found.name)[-30:]
        return self._page(request, "app.html", app=app, found=found, events=events)

    def _jobs(self, request: Request) -> Response:
        return self._page(request, "jobs.html", jobs=list(jobs_of(self._cloud).values()))

    def _job(self, request: Request) -> Response:
        name = request.path_params["job"]
        job = jobs_of(self._cloud).get(name)
        if job is None:
            return self._missing(request, f"There is no job “{name}” here.", "/jobs", "All jobs")
        wanted = request.query_params.get("execution")
        shown = job.execution(wanted) if wanted is not None else None
        if wanted is not None and shown is None:
            says = f"Of the job “{name}” no execution “{wanted}” is kept."
            return self._missing(request, says, f"/jobs/{quote(name)}", "Those that are")
        return self._page(
            request, "job.html", job=job, shown=shown, events=self._cloud.parts.platform.events(name)[-30:]
        )

    def _graph(self, request: Request) -> Response:
        nodes = self._stack.nodes()
        view = "family" if request.query_params.get("view") == "family" else "dependencies"
        draw = picture.family if view == "family" else picture.dependencies
        return self._page(
            request,
            "graph.html",
            view=view,
            picture=draw(nodes, _base(request)),
            count=len(nodes),
            packages=_packages(nodes),
        )

    def _resources(self, request: Request) -> Response:
        nodes = self._stack.nodes()
        wanted = request.query_params.get("filter", "").strip()
        words = wanted.lower().split()
        found = [each for each in nodes.values() if all(word in f"{each.name} {each.type}".lower() for word in words)]
        strays = [each for each in self._cloud.records.all() if each.urn not in nodes]
        return self._page(
            request,
            "resources.html",
            nodes=sorted(found, key=lambda each: (each.type, each.name)),
            by_urn=nodes,
            wanted=wanted,
            state=self._in_cloud(),
            strays=strays,
        )

    def _resource(self, request: Request) -> Response:
        nodes = self._stack.nodes()
        node = nodes.get(f"urn:pulumi:{request.path_params['key']}")
        if node is None:
            return self._missing(request, "The stack has no such resource.", "/resources", "All resources")
        return self._page(
            request,
            "resource.html",
            node=node,
            parent=nodes.get(node.parent or ""),
            children=[each for each in nodes.values() if each.parent == node.urn],
            needs=[nodes[each] for each in node.dependencies if each in nodes],
            needed=[each for each in nodes.values() if node.urn in each.dependencies],
            inputs=shown_inputs(node),
            outputs=shown_outputs(node),
            state=self._in_cloud(),
        )

    def _dns(self, request: Request) -> Response:
        dns = self._cloud.parts.dns
        records = sorted(dns.zones.records().values(), key=lambda each: (each.name.split(".")[::-1], each.type))
        return self._page(request, "dns.html", zones=dns.zones.zones(), records=records, address=dns.address)

    def _certificates(self, request: Request) -> Response:
        parts = self._cloud.parts
        authorities = [
            (what, each.ca_file, x509.load_pem_x509_certificate(each.ca_file.read_bytes()).not_valid_after_utc)
            for what, each in (("This machine's authority", parts.ca), ("Origin CA", parts.origin_ca))
        ]
        return self._page(
            request,
            "certificates.html",
            edge=parts.edge.certificates,
            authorities=authorities,
            now=datetime.now(UTC),
        )

    def _buckets(self, request: Request) -> Response:
        storage = self._cloud.parts.object_storage
        return self._page(
            request, "buckets.html", buckets=storage.buckets(), endpoints=(storage.endpoint, storage.plain_endpoint)
        )

    def _vault(self, request: Request) -> Response:
        vault = self._cloud.parts.key_vault
        vaults = [
            (
                each,
                vault.uri(each.name),
                [(secret, vault.secrets.versions(each, secret.name)) for secret in vault.secrets.list(each)],
            )
            for each in vault.vaults.list()
        ]
        return self._page(request, "vault.html", vaults=vaults)

    def _as_json(self, _request: Request) -> Response:
        """Every resource with its state and outputs, for programs."""
        state = self._in_cloud()
        listed = [
            {
                "urn": each.urn,
                "type": each.type,
                "name": each.name,
                "id": each.id,
                "parent": each.parent,
                "dependencies": list(each.dependencies),
                "state": state(each),
                "inputs": shown_inputs(each),
                "outputs": shown_outputs(each),
            }
            for each in self._stack.nodes().values()
        ]
        return JSONResponse(json.loads(self._secrets.struck_out(json.dumps(listed))), headers=_HEADERS)

    def _running(self) -> list[tuple[str, AppStatus]]:
        """Every app there is, by the name that people use."""
        statuses = {each.name: each for each in self._cloud.parts.platform.apps()}
        return [(app, statuses[name]) for app, name in self._cloud.apps.items() if name in statuses]

    def _link(self, app: AppStatus) -> str | None:
        """Where a browser on this machine reaches an app without any setting of the machine's."""
        edge = self._cloud.parts.edge
        hosts = (host for zone in edge.state.zones for host in zone.hosts if host.name in app.custom_domains)
        return next((f"https://{alias}:{edge.tls_port}/" for host in hosts for alias in host.aliases), None)

    def _in_cloud(self) -> Callable[[Node], str]:
        """Tells how a resource of the stack is in the cloud."""
        made = {each.urn for each in self._cloud.records.all()}

        def state(node: Node) -> str:
            if node.id is None:
                return "component"
            if node.package == "pulumi":
                return "provider"
            return "exists" if node.urn in made else "missing"

        return state

    def _missing(self, request: Request, says: str, link: str, text: str) -> Response:
        return self._page(request, "missing.html", code=404, says=says, link=link, text=text)

    def _page(self, request: Request, template: str, *, code: int = 200, **content: Any) -> Response:
        base = _base(request)
        path = request.url.path.removeprefix(base)
        section = next((each for each, _ in NAVIGATION[1:] if path == each or path.startswith(f"{each}/")), "/")
        written = self._templates.get_template(template).render(
            **content,
            navigation=NAVIGATION,
            section=section,
            path=path,
            base=base,
            stack=self._cloud.stack,
            zone=self._cloud.parts.zone_name,
        )
        return HTMLResponse(self._secrets.struck_out(written), code, headers=_HEADERS)


def _base(request: Request) -> str:
    """What stands before the paths of the pages: a browser's session, or nothing for programs."""
    return str(request.scope.get("root_path", ""))


def _packages(nodes: Mapping[str, Node]) -> list[str]:
    return sorted({each.package for each in nodes.values()} - {"pulumi"})


def _moment(value: float | str | datetime | None) -> str:
    """A time for people, in UTC."""
    if value is None:
        return "none"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    elif isinstance(value, (int, float)):
        value = datetime.fromtimestamp(value, UTC)
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _short_image(image: str) -> str:
    """An image without its digest."""
    return image.partition("@")[0]


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "moment": _moment,
    "json": _json,
    "address": quote,
    "short_image": _short_image,
    "exit_codes": exit_codes_of,
    "took": took,
}
