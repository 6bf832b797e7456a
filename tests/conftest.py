from hypothesis import settings

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.rabbitmq",
    "tests.support.postfix",
    "tests.support.deployed_shop",
]

# How long one example takes tells how busy the machine is, and nothing of the code.
settings.register_profile("factures", deadline=None)
settings.load_profile("factures")
