import pulumi

pulumi.log.error("an error that is only logged")
