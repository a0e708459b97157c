"""Lets the shared suite say what went wrong, as every test module does."""

import pytest

pytest.register_assert_rewrite("tests.connectors.conformance")
