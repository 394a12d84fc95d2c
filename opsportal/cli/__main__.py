"""`python -m opsportal.cli`, the same as `opsportal`."""

import sys

from .main import main

sys.exit(main())
