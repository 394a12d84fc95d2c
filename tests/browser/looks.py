"""What keeps somebody from using a page, by any reader of it."""

from axe_playwright_python.sync_playwright import Axe

LIGHT_AND_WIDE, DARK_AND_NARROW = {}, {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}


class Looks:
    """Looks at pages with axe, and notes what is wrong: what they asked of other hosts, complained of, and bar.

    `errors`: the status of what was answered with one, by its path; they have to be the `expected` ones.
    https://github.com/dequelabs/axe-core
    """

    def __init__(self, site):
        self.ours = (site, "data:", "blob:")
        self.wrong, self.errors, self.expected = [], {}, {}

    def watch(self, page):
        page.on("console", lambda message: self.complain(message.text) if message.type == "error" else None)
        # Listened to, not intercepted: that would have each page load all files anew.
        page.on("request", lambda request: None if request.url.startswith(self.ours) else self.note(request.url))
        page.on("response", self.answered)
        return page

    def complain(self, text):
        if "the server responded with a status of" not in text:  # of which `answered` knows more
            self.note(text)

    def answered(self, response):
        if response.status >= 400:
            self.errors[response.url.removeprefix(self.ours[0])] = response.status

    def note(self, *what):
        self.wrong.append(what)

    def at(self, page, but=""):
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        for rule in found:
            if rule["impact"] in ("serious", "critical") and rule["id"] != but:
                self.note(page.url, rule["id"], rule["nodes"][0]["html"])
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.note(page.url, "is wider than the window")
