"""Django's backend for MariaDB and MySQL, with searches that ignore case though names are compared exactly."""
