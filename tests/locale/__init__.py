"""The catalog of translations: gathered from the source, kept as django.po, compiled to the django.mo Django reads."""
