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

    def _start_transaction_under_autocommit(self) -> None:
        """One trip fewer than the backend's two changes of `autocommit` a transaction; atomic() looks for this name."""
        self.connection.query("BEGIN")
