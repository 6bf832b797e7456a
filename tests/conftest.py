pytest_plugins = ["tests.support.postgres", "tests.support.rabbitmq", "tests.support.deployed_shop"]
