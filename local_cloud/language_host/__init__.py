"""
A warm Pulumi language host for Python.

The engine attaches to it (`PULUMI_DEBUG_LANGUAGES`) instead of starting one. Programs run in children of a fork server that has the SDKs
imported already; a program that uses another interpreter runs in a fresh process of that interpreter.
"""

from local_cloud.language_host.host import LanguageHost, ModuleError, RunInfo

__all__ = ["LanguageHost", "ModuleError", "RunInfo"]
