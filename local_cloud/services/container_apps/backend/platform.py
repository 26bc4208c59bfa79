"""
The platform: environments, apps, jobs and certificates of a local cloud, behind one ingress.

Other parts use this class alone; what an app does when it changes is in `app`.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.runtime.files.sealing import Seal
from local_cloud.runtime.network.caddy import Caddy
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend.app import App
from local_cloud.services.container_apps.backend.dependencies import Dependencies, Timing
from local_cloud.services.container_apps.backend.jobs import Job, JobRecord
from local_cloud.services.container_apps.backend.processes.app_context import AppContext
from local_cloud.services.container_apps.backend.processes.events import Event, Events
from local_cloud.services.container_apps.backend.processes.images import Images
from local_cloud.services.container_apps.backend.processes.launch import Launcher
from local_cloud.services.container_apps.backend.processes.strays import end_strays
from local_cloud.services.container_apps.backend.routing.certificates import DomainCertificate, DomainCertificates
from local_cloud.services.container_apps.backend.routing.gateway import Gateway
from local_cloud.services.container_apps.backend.routing.ingress import Addresses
from local_cloud.services.container_apps.backend.spec import AppSpec, EnvironmentSpec, JobSpec, Override
from local_cloud.services.container_apps.backend.state import AppRecord, Sealed
from local_cloud.services.container_apps.backend.status import AppStatus, status_of


class Platform:
    """
    Container Apps on this machine; safe to use from several threads.

    Attributes:
        machine_env: the variables with which every app trusts this machine's authority.

    Args:
        directory: state, logs and certificates.
        images: what runs in the place of images.
        dependencies: DNS, Key Vault, identities.
        caddy: the caddy executable.
        ca: signs certificates of custom domains, as a public authority would.
        environment_ca: signs those of the environments' own domains; `ca` where it is left out.
        ports: where ingress and replicas listen.
        supervisor: keeps the ingress running.
        timing: pauses, attempts and timeouts.
    """

    def __init__(
        self,
        directory: Path,
        *,
        images: Images,
        dependencies: Dependencies,
        caddy: Path,
        ca: LocalCA,
        environment_ca: LocalCA | None = None,
        ports: Ports,
        supervisor: Supervisor,
        timing: Timing | None = None,
    ) -> None:
        self._directory = directory.absolute()
        self.machine_env = dependencies.machine_env
        self._timing = timing or Timing()
        self._events = Events()
        self._certificates = DomainCertificates(
            self._directory / "certificates",
            ca=ca,
            lookup=dependencies.lookup,
            verification_id=dependencies.verification_id,
        )
        self._launcher = Launcher(
            directory=self._directory / "run",
            images=images,
            ports=ports,
            identity_env=dependencies.identity_env,
            machine_env=dependencies.machine_env,
        )
        seal = Seal(self._directory / "state.key")
        self._environment_records = Sealed(self._directory / "environments", EnvironmentSpec, seal)
        self._app_records = Sealed(self._directory / "apps", AppRecord, seal)
        self._job_records = Sealed(self._directory / "jobs", JobRecord, seal)
        self._environments: dict[str, EnvironmentSpec] = {}
        self._apps: dict[str, App] = {}
        self._jobs: dict[str, Job] = {}
        self._lock = threading.RLock()
        self._gateway = Gateway(
            Caddy("origin", program=caddy, directory=self._directory / "ingress", supervisor=supervisor),
            ca=environment_ca or ca,
            directory=self._directory / "environments",
            ports=ports,
            certificates=self._certificates,
            events=self._events,
            contents=lambda: (list(self._environments.values()), list(self._apps.values())),
            poll_s=self._timing.poll_s,
        )
        self._context = AppContext(
            launcher=self._launcher,
            records=self._app_records,
            resolve_secret=dependencies.resolve_secret,
            domain_of=lambda environment: self._environments[environment].default_domain,
            route=self._gateway.route,
            changed=self._gateway.wake,
            events=self._events,
            back_off=self._timing.back_off,
            attempts=self._timing.attempts,
            timeout_s=self._timing.deploy_s,
        )

    @property
    def addresses(self) -> Addresses:
        """Where the ingress listens."""
        return self._gateway.addresses

    @property
    def images_file(self) -> Path:
        """The file that says what runs in the place of images."""
        return self._launcher.images.file

    def start(self) -> None:
        """
        Take up what an earlier daemon kept: its processes are adopted, or ended and started again.

        Returns before they are ready; see `app`. Apps and jobs go with their environment.
        """
        self._certificates.verify()
        with self._lock:
            self._environments = dict(self._environment_records.all())
            for name, record in self._app_records.all():
                if record.spec.environment in self._environments:
                    self._apps[name] = App(record, self._context)
            for name, record in self._job_records.all():
                if record.spec.environment in self._environments:
                    self._jobs[name] = Job(record, self._context, self._job_records)
        for app in self._apps.values():
            app.resume()
        running = [revision for app in self._apps.values() for revision in app.running.values()]
        end_strays(self._launcher.directory, keep={each.name for revision in running for each in revision.replicas})
        for job in self._jobs.values():
            job.resume()
        self._gateway.start()

    def stop(self) -> None:
        """Stop all processes; the next `start` brings them back."""
        self._gateway.rest()
        for job in self._jobs.values():
            job.stop_all()
        if self._apps:
            with ThreadPoolExecutor(len(self._apps)) as pool:
                list(pool.map(App.stop, self._apps.values()))
        self._gateway.stop()
        self._apps, self._jobs = {}, {}

    def detach(self) -> None:
        """Leave all processes to the next daemon (the ingress is the supervisor's to leave)."""
        self._gateway.rest()
        for app in self._apps.values():
            app.detach()
        self._apps, self._jobs = {}, {}

    def put_environment(self, spec: EnvironmentSpec) -> None:
        """Declare an environment; its apps are reached below its domain from then on."""
        with self._lock:
            self._environments[spec.name] = spec
            self._environment_records.put(spec.name, spec)
        self._gateway.route()

    def delete_environment(self, name: str) -> None:
        """
        Forget an environment.

        Raises:
            CloudRefusal: apps or jobs are still in it.
        """
        with self._lock:
            specs = [*(app.spec for app in self._apps.values()), *(job.record.spec for job in self._jobs.values())]
            inside = [spec.name for spec in specs if spec.environment == name]
            if inside:
                raise CloudRefusal(
                    "ManagedEnvironmentHasContainerApps",
                    f"Managed environment {name} cannot be deleted: {', '.join(sorted(inside))} are still in it.",
                )
            self._environments.pop(name, None)
            self._environment_records.remove(name)
        self._gateway.route()

    def environments(self) -> list[str]:
        """The names of all environments."""
        return sorted(self._environments)

    def certificate(self, certificate_id: str) -> DomainCertificate | None:
        """A certificate by id, or None."""
        return self._certificates.get(certificate_id)

    def put_certificate(self, certificate_id: str, content: bytes, password: str | None = None) -> DomainCertificate:
        """
        Keep a certificate (PEM with its key, or PFX) for custom domains.

        Raises:
            CloudRefusal: it cannot be used.
        """
        certificate = self._certificates.put(certificate_id, content, password)
        self._gateway.route()
        return certificate

    def put_managed_certificate(self, certificate_id: str, host: str) -> DomainCertificate:
        """Issue a certificate for a host whose CNAME leads here; see `DomainCertificates.put_managed`."""
        certificate = self._certificates.put_managed(certificate_id, host)
        self._gateway.route()
        return certificate

    def delete_certificate(self, certificate_id: str) -> None:
        """
        Delete a certificate.

        Raises:
            CloudRefusal: a custom domain is bound to it.
        """
        self._certificates.remove(certificate_id, [app.spec for app in self._apps.values()])

    def put_app(self, spec: AppSpec) -> AppStatus:
        """
        Create or update an app; returns when it serves.

        Raises:
            CloudRefusal: Azure would refuse it; nothing has changed.
            RevisionFailed: the new revision did not become ready; an old one keeps serving.
            ImageUnmapped: an image has no command on this machine.
        """
        self._require_environment(spec.environment)
        for domain in spec.ingress.custom_domains if spec.ingress is not None else ():
            self._certificates.check(domain)
        with self._lock:
            app = self._apps.get(spec.name)
            if app is None:
                app = self._apps[spec.name] = App(AppRecord(spec=spec), self._context)
        try:
            app.put(spec)
        except BackendError:
            if not app.record.revisions:
                with self._lock:
                    self._apps.pop(spec.name, None)
            raise
        return self.app(spec.name)

    def delete_app(self, name: str) -> None:
        """End an app and forget it; an unknown one is not an error."""
        with self._lock:
            app = self._apps.pop(name, None)
        if app is not None:
            self._gateway.route()
            app.delete()

    def app(self, name: str) -> AppStatus:
        """
        How an app is.

        Raises:
            CloudRefusal: there is none of that name.
        """
        found = self._running_app(name)
        return status_of(found, self._context.domain_of(found.spec.environment))

    def apps(self) -> list[AppStatus]:
        """How every app is, by name."""
        return [self.app(name) for name in sorted(self._apps)]

    def spec(self, name: str) -> AppSpec:
        """An app as it is declared."""
        return self._running_app(name).spec

    def override(self, name: str, override: Override | None) -> AppStatus:
        """Run a developer's command in the place of an app's first container; None ends that. See `App.override`."""
        self._running_app(name).override(override)
        return self.app(name)

    def restart(self, name: str) -> AppStatus:
        """Renew the replicas of an app, the new ones before the old ones end."""
        self._running_app(name).restart()
        return self.app(name)

    def renew_outdated(self) -> None:
        """Renew the replicas of every app whose images' entries changed, or that fails. See `App.renew_outdated`."""
        for app in list(self._apps.values()):
            app.renew_outdated()

    def refresh_secrets(self, name: str) -> bool:
        """Read an app's references to Key Vault again; returns whether a value changed, which renews its replicas."""
        return self._running_app(name).refresh_secrets()

    def deactivate_revision(self, name: str, revision: str) -> None:
        """Stop one of an app's revisions (mode Multiple)."""
        self._running_app(name).deactivate(revision)

    def put_job(self, spec: JobSpec) -> None:
        """
        Declare a job; nothing runs until `start_job`.

        Raises:
            CloudRefusal: a secret cannot be read, or is not there.
        """
        self._require_environment(spec.environment)
        with self._lock:
            job = self._jobs.get(spec.name) or Job(JobRecord(spec=spec), self._context, self._job_records)
            job.put(spec)
            self._jobs[spec.name] = job

    def delete_job(self, name: str) -> None:
        """End a job's executions and forget it; an unknown one is not an error."""
        with self._lock:
            job = self._jobs.pop(name, None)
        if job is not None:
            job.delete()

    def job(self, name: str) -> Job:
        """
        A job: `start`, `wait`, `stop`, and its executions.

        Raises:
            CloudRefusal: there is none of that name.
        """
        job = self._jobs.get(name)
        if job is None:
            raise CloudRefusal("ResourceNotFound", f"The job {name} was not found.")
        return job

    def jobs(self) -> list[str]:
        """The names of all jobs."""
        return sorted(self._jobs)

    def events(self, name: str | None = None) -> list[Event]:
        """What happened, oldest first; to one app or job when it is named."""
        return self._events.of(name)

    def _running_app(self, name: str) -> App:
        app = self._apps.get(name)
        if app is None:
            raise CloudRefusal("ResourceNotFound", f"The container app {name} was not found.")
        return app

    def _require_environment(self, name: str) -> None:
        if name not in self._environments:
            raise CloudRefusal("ManagedEnvironmentNotFound", f"The managed environment {name} was not found.")
