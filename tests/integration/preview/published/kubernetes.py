"""A managed cluster with an identity of its own, and its kubeconfig."""

import base64

import pulumi
from pulumi_azure_native import containerservice, resources

group = resources.ResourceGroup("aks-rg")
cluster = containerservice.ManagedCluster(
    "cluster",
    resource_group_name=group.name,
    dns_prefix="trial",
    identity=containerservice.ManagedClusterIdentityArgs(type=containerservice.ResourceIdentityType.SYSTEM_ASSIGNED),
    agent_pool_profiles=[
        containerservice.ManagedClusterAgentPoolProfileArgs(
            name="system", count=3, mode="System", os_type="Linux", vm_size="Standard_DS2_v2", max_pods=110
        )
    ],
    enable_rbac=True,
)
credentials = containerservice.list_managed_cluster_user_credentials_output(
    resource_group_name=group.name, resource_name=cluster.name
)
kubeconfig = credentials.kubeconfigs[0].value.apply(lambda text: base64.b64decode(text).decode())
pulumi.export("kubeconfig", pulumi.Output.secret(kubeconfig))
