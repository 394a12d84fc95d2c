"""The backend's wrapper. Django leaves it to the column's collation whether a search ignores case; ours says so itself.

https://docs.djangoproject.com/en/5.2/ref/databases/#subclassing-the-built-in-database-backends
"""

from django.db.backends.mysql import base

FOLDED = "LIKE %s COLLATE utf8mb4_unicode_ci"


class DatabaseWrapper(base.DatabaseWrapper):
    operators = {
        **base.DatabaseWrapper.operators,
        "iexact": FOLDED,
        "icontains": FOLDED,
        "istartswith": FOLDED,
        "iendswith": FOLDED,
    }
