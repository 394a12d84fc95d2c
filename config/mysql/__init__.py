"""Django's backend for MariaDB and MySQL, with searches that ignore case and quicker transactions."""
