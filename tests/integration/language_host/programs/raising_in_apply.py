import pulumi
import pulumi_random as random

uuid = random.RandomUuid("u", keepers={"a": "b"})
pulumi.export("never", uuid.keepers.apply(lambda keepers: keepers["missing"]))
