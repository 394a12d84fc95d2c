"""What the import linter can't see."""

import subprocess
import sys

LOADED = """
import sys
from config.asgi import application
from opsportal import catalog
from django.urls import get_resolver
get_resolver().url_patterns
assert {"environment.test", "stacks.deploy", "stacks.plan"} <= {book.name for book in catalog.runbooks()}
print(sorted({"boto3", "botocore", "cfnlint", "moto"} & set(sys.modules)))
"""


def test_the_web_process_knows_all_runbooks_and_loads_no_aws_library():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
