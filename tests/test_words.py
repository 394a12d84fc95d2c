"""Every text a person reads is marked for translation, where the tools that gather texts find it."""

import ast
from pathlib import Path

import pytest

from opsportal import errors

ROOT = Path(__file__).parents[1]
FILES = [
    path
    for folder in ("opsportal", "config", "tasks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"migrations", "cli"} & set(path.parts)  # the command line speaks English, as its commands do
]
every = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))

PLAIN = "from opsportal.words import gettext as _"
LAZY = "from opsportal.words import gettext_lazy as _"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.OpsError)}
FIRST = (ERRORS - {"Lost"}) | {"say", "Ask", "status", "RuntimeError", "CommandError", "SystemExit"}  # Lost: logs only
FIRST |= {
    "once",
    "NotReadable",
    "NotAReference",
    "Http404",
    "PermissionDenied",
    "ValidationError",
    "HttpResponseBadRequest",
    "HttpResponseNotFound",
}
# What is called with texts, and where among its arguments they stand.
PLACES = dict.fromkeys(FIRST, slice(1)) | {"print": slice(None), "Finding": slice(1, None), "Wait": slice(1, 2)}
MESSAGES = ("success", "info", "warning", "error")
NAMED = {"title", "summary", "description", "label", "help", "help_text", "verbose_name", "verbose_name_plural"}
IN_ENGLISH = {"summary", "description"}  # in OpenAPI, as the names beside them
NAMED |= {"question", "reason", "note", "cause", "confirm", "hint", "detail", "advice"}
VALIDATORS = ("field_validator", "model_validator", "AfterValidator", "BeforeValidator")


def name_of(node):
    return getattr(node, "id", getattr(node, "attr", ""))


def within(scope):
    """The nodes of a module or function without those of functions inside it, and of settings, which no page shows."""
    for node in ast.iter_child_nodes(scope):
        settings = isinstance(node, ast.ClassDef) and "BaseSettings" in map(name_of, node.bases)
        if not settings and not isinstance(node, FUNCTIONS):
            yield node
            yield from within(node)


def validators(tree):
    """The functions whose ValueErrors pydantic hands on."""
    calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call) and name_of(call.func) in VALIDATORS]
    named = {name_of(argument) for call in calls for argument in call.args}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [each for each in functions if each.name in named or set(each.decorator_list) & set(calls)]


def given(call, validates):
    """What this call puts before people; an operation of the API and its fields are told in English."""
    name, owner = name_of(call.func), name_of(getattr(call.func, "value", None))
    place = PLACES.get(name, slice(0))
    if name in MESSAGES and owner == "messages":
        place = slice(1, 2)
    if (name == "write" and owner in ("stdout", "stderr")) or (name == "ValueError" and validates):
        place = slice(1)
    names = NAMED - (IN_ENGLISH if operation(call) else set())
    return [*call.args[place], *(keyword.value for keyword in call.keywords if keyword.arg in names)]


def operation(call):
    """Whether this is `router.get(…)` and the like, or what an operation takes and answers."""
    return name_of(getattr(call.func, "value", None)) == "router" or name_of(call.func) in ("Header", "Query", "Told")


def unmarked(text, known):
    """Whether the text has words of its own without a mark around them; `known`: what each name stands for."""
    parts = ()
    if isinstance(text, ast.Constant):
        return isinstance(text.value, str) and " " in text.value.strip() and any(map(str.isalpha, text.value))
    if isinstance(text, ast.JoinedStr):
        return any(map(str.isalpha, "".join(part.value for part in text.values if isinstance(part, ast.Constant))))
    if isinstance(text, ast.Name):
        parts, known = known.get(text.id, ()), {}
    elif isinstance(text, ast.Call):
        parts = text.args[:1] if name_of(text.func) == "format_lazy" else [getattr(text.func, "value", None)]
    elif isinstance(text, ast.IfExp | ast.BoolOp | ast.BinOp):
        parts = ast.iter_child_nodes(text)
    return any(unmarked(part, known) for part in parts)


def assigned(scope):
    found = {}
    for node in within(scope):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            found.setdefault(name_of(target), []).append(node.value)
    return found


def sentences_without_mark(tree):
    checked, found = validators(tree), []
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))]:
        known = assigned(scope)
        calls = [node for node in within(scope) if isinstance(node, ast.Call)]
        found += [text for call in calls for text in given(call, scope in checked) if unmarked(text, known)]
    return [ast.unparse(text) for text in found]


def marks(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node.func) in MARKS]


def marks_around_no_plain_text(tree):
    """Texts that are put together before they are marked: no catalog has them."""
    put_together = (ast.JoinedStr, ast.BinOp, ast.IfExp)
    texts = [text for mark in marks(tree) for text in mark.args[:2]]
    formatted = [text for text in texts if isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute)]
    return [ast.unparse(text) for text in texts if isinstance(text, put_together) or text in formatted]


def marks_inside_f_strings(tree):
    """xgettext does not look into them."""
    inside = [mark for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for mark in marks(text)]
    return [ast.unparse(mark) for mark in inside if isinstance(mark.args[0], ast.Constant)]


def marks_that_translate_on_import(tree):
    """Texts whose language would be that of the process's start, whoever reads them."""
    imports = [name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names]
    plain = {name.asname or name.name for name in imports if name.name in ("gettext", "ngettext")}
    calls = [node for node in within(tree) if isinstance(node, ast.Call) and name_of(node.func) in plain]
    return [ast.unparse(call) for call in calls]


FINDERS = (sentences_without_mark, marks_around_no_plain_text, marks_inside_f_strings, marks_that_translate_on_import)


@every
@pytest.mark.parametrize("find", FINDERS, ids=lambda find: find.__name__)
def test_no_text_is_lost_for_translation(find, path):
    assert find(ast.parse(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        'turn.say("Started again.")',
        'turn.say(f"Started by {by}.")',
        'text = f"Started by {by}."\nturn.say(text)',
        'def do(turn):\n    text = "Ended well." if good else _("Failed.")\n    turn.say(text.format(by=by))',
        'turn.say(format_lazy("Started by {by}.", by=by))',
        'raise Refused("Ask for the right.")',
        'raise Invalid(_("No.") + " Write another.", "name")',
        'return Wait(5, f"{n} tasks")',
        'return Ask("Go on?", {})',
        'return Wait(5, note="waits for AWS")',
        'field(title="Only these")',
        'Runbook("a", _("A"), summary="Does it all.")',
        'def odd(v):\n    raise ValueError("use an even one")\nkind = Annotated[int, AfterValidator(odd)]',
        'class P:\n    @field_validator("n")\n    def odd(cls, v):\n        raise ValueError("use an even one")',
        'messages.success(request, "It is done.")',
        'print("It is done.")',
        'self.stdout.write("It is done.")',
        'console.print("now:", f"{n} steps")',
        'parser.add_argument("--port", help="where it listens")',
    ],
)
def test_a_sentence_without_mark_is_found(source):
    assert sentences_without_mark(ast.parse(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        'turn.say(format_lazy(gettext_lazy("Started by {by}."), by=by))',
        'text = ngettext("{n} task", "{n} tasks", n)\nreturn Wait(5, text.format(n=n))',
        'raise StepFailed(f"{key}: {cause}")',
        'raise Lost(f"Step {key} is held by another worker.")',
        'raise ValueError("no person ever reads this")',
        'log.warning("a line for", why="who runs the process")',
        'class Env(BaseSettings):\n    port: int = Field(80, description="Shown in docs/ alone.")',
        'CODES = {"say": "one two"}',
    ],
)
def test_what_is_marked_or_read_by_no_person_is_left_alone(source):
    assert sentences_without_mark(ast.parse(source)) == []


@pytest.mark.parametrize(
    ("find", "lost", "kept"),
    [
        (marks_around_no_plain_text, '_(f"Run {n}")', '_("Run {n}").format(n=n)'),
        (marks_around_no_plain_text, '_("Run {n}".format(n=n))', "_(book.title)"),
        (marks_around_no_plain_text, 'ngettext("one", "%d more" % n, n)', 'ngettext("one", "%d more", n) % n'),
        (marks_inside_f_strings, """f"{_('Run')} {n}" """, 'f"{text} {_(book.title)}"'),
        (marks_that_translate_on_import, f'{PLAIN}\nX = _("Run")', f'{PLAIN}\ndef x():\n    return _("Run")'),
        (marks_that_translate_on_import, f'{PLAIN}\nclass X:\n    y = _("Run")', f'{LAZY}\nX = _("Run")'),
    ],
)
def test_a_mark_that_does_not_work_is_found(find, lost, kept):
    assert (len(find(ast.parse(lost))), find(ast.parse(kept))) == (1, [])
