import pulumi
import pulumi_random as random

random.RandomUuid("before")


def deeper():
    raise ValueError("the program's own mistake")


deeper()
pulumi.export("never", 1)
