import pulumi

raise pulumi.RunError("what to do next, in one line")
