import pulumi
import pulumi_random as random

config = pulumi.Config()
password = random.RandomPassword("password", length=12)
pulumi.export("token", config.require_secret("token"))
pulumi.export("plain", config.require("plain"))
pulumi.export("nested", config.require_object("nested")["list"])
pulumi.export("password", password.result)
