"""Bare programs: what the same machine can do at the most, with the library alone and nothing around it.

Each is a process of its own, as the part of the system that it is compared with. None knows this project's code.
"""
