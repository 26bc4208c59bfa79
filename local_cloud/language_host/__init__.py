"""
The LanguageRuntime service for Python programs, with the Pulumi SDKs already imported.

Engines attach to it with `PULUMI_DEBUG_LANGUAGES=python:PORT`. It runs programs as the official host does; which providers the engine
uses is decided elsewhere.
"""

from local_cloud.language_host.host import PRELOAD, LanguageHost
from local_cloud.language_host.run_info import RunInfo

__all__ = ["PRELOAD", "LanguageHost", "RunInfo"]
