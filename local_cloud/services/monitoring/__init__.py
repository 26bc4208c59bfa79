"""Logs, alerts, budgets."""
