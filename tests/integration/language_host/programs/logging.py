import pulumi
import pulumi_random as random

uuid = random.RandomUuid("u")
pulumi.log.info("an information")
pulumi.log.warn("a warning", uuid)
pulumi.log.debug("a debug message of the program's own")
