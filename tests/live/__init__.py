import pytest

pytest.register_assert_rewrite("tests.live.aws", "tests.live.conftest")
