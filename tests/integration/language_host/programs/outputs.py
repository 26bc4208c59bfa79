import pulumi
import pulumi_random as random

names = [random.RandomUuid(f"u{number}", keepers={"n": str(number)}) for number in range(5)]
joined = pulumi.Output.all(*[name.keepers for name in names]).apply(
    lambda all_of_them: sorted(k["n"] for k in all_of_them)
)
pulumi.export("joined", joined)
pulumi.export("unknown", names[0].result.apply(lambda text: text.upper()))
