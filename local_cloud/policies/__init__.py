"""
Policy packs in previews: the pack in the project's `policy` folder runs over what a program registered.

The engine runs a pack too, where `--policy-pack` names one; that takes seconds, as it starts an interpreter and hands every resource
over. Here the pack runs in a fork of the warm process, by the same library's own analyzer.
"""
