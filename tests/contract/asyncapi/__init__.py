"""The AsyncAPI document against its official schema, the broker, and the messages themselves.

`schema-3.0.0.json` is that of the AsyncAPI Initiative, as its npm package @asyncapi/specs 6.11.1 has it, under
the Apache License 2.0 (LICENSE, NOTICE). Changed: the host in three of its examples, which our own rule took for
that of a package index.
"""
