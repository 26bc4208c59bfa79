"""Container Apps: environments, apps, jobs, certificates."""
