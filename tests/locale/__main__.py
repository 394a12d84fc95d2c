"""`make words`: brings the Korean catalog up to date with the source, and says what it lacks."""

import django
from django.conf import settings


def main():
    settings.configure()
    django.setup()
    from . import catalog, sources

    known = catalog.kept()
    entries = catalog.updated(sources.entries(), known)
    gone = {entry.key for entry in known} - {entry.key for entry in entries}
    catalog.write(entries)
    for entry in known:
        if entry.key in gone:
            print(f"gone: “{entry.text}”, which was “{entry.korean}”")
    for entry in catalog.open_ones(entries):
        print(f"to translate: “{entry.text}” in {entry.places[0]}")
    print(f"{len(entries)} texts in {catalog.PO}, {len(catalog.open_ones(entries))} of them to translate.")


if __name__ == "__main__":
    main()
