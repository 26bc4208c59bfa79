"""
The plan as a whole: every resource that a program registers, how they refer to each other, and the rules on how they stand together.

The rules of one resource are `local_cloud.server.rules`'.
"""
