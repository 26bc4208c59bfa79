import pulumi
import pulumi_random as random

parent = pulumi.ComponentResource("test:index:Parent", "parent")
for number in range(100):
    random.RandomUuid(f"u{number}", opts=pulumi.ResourceOptions(parent=parent if number % 2 else None))
