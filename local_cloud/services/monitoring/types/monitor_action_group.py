"""Azure Monitor action groups: who receives alerts."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import NAME_RULES
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Length, Pattern, items_at

_GROUPS: Final = "https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups"
_KINDS: Final = ("email", "sms", "voice", "webhook", "armRole", "azureAppPush", "logicApp", "azureFunction", "eventHub")


def _names_differ(inputs: Inputs) -> bool:
    names = [name for kind in _KINDS for name in items_at(inputs, f"{kind}Receivers[].name")]
    return len(names) == len(set(names))


class ActionGroup(AzureType):
    """An action group; its location is global in most cases."""

    token = "azure-native:monitor:ActionGroup"
    path = "Microsoft.Insights/actionGroups/{actionGroupName}"
    unseen: ClassVar = {
        "emailReceivers[].emailAddress": "the mailbox is not there, or has left the notifications",
    }
    rules = (
        Pattern(
            path="actionGroupName",
            regex=r"(?!.*[. ]$)[^:<>+/&%\\?|\x00-\x1f]{1,260}",
            says="a group's name has 1 to 260 characters, none of them : < > + / & % \\ ? |, and ends with neither blank nor full stop",
            source=f"{NAME_RULES}#microsoftinsights",
            passes="ag-ignition-dev",
            fails="ag/ignition",
        ),
        Length(
            path="groupShortName",
            least=1,
            most=12,
            says="the short name has 1 to 12 characters; text messages begin with it",
            source=_GROUPS,
            passes="ignition-dev",
            fails="ignition-prod",
        ),
        Pattern(
            path="emailReceivers[].emailAddress",
            regex=r"[^@\s]+@[^@\s]+\.[^@\s]+",
            says="an address looks like operations@ecent.online",
            source=_GROUPS,
            passes="operations@ecent.online",
            fails="operations",
        ),
        Pattern(
            path="webhookReceivers[].serviceUri",
            regex=r"https?://\S+",
            says="a webhook is an http or https address",
            source=f"{_GROUPS}#webhook",
            passes="https://hooks.example.net/alert",
            fails="hooks.example.net",
        ),
        Combination(
            path="emailReceivers",
            test=_names_differ,
            says="receivers of all kinds have distinct names",
            source=_GROUPS,
            passes={
                "emailReceivers": [
                    {"name": "first", "emailAddress": "first@ecent.online"},
                    {"name": "second", "emailAddress": "second@ecent.online"},
                ]
            },
            fails={
                "emailReceivers": [
                    {"name": "same", "emailAddress": "first@ecent.online"},
                    {"name": "same", "emailAddress": "second@ecent.online"},
                ]
            },
        ),
    )
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "actionGroupName": "ag-ignition-dev",
        "groupShortName": "ignition-dev",
        "enabled": True,
        "location": "global",
        "emailReceivers": [
            {"name": "operations", "emailAddress": "operations@ecent.online", "useCommonAlertSchema": True}
        ],
        "webhookReceivers": [{"name": "chat", "serviceUri": "https://hooks.example.net/alert"}],
    }
