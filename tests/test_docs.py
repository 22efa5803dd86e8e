"""The site: every public name has a page, whose docstring says shapes and errors, and local links lead somewhere.

Nothing is built here; the gate builds the site itself, with warnings as errors.
"""

import ast
import builtins
import functools
import importlib
import inspect
import os
import re
import textwrap
from pathlib import Path

import pytest

import experiments
import gnnlab
import seq

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = tuple(f"{ROOT / name}{os.sep}" for name in ("seq", "gnnlab", "experiments", "tests"))


def is_ours(function):
    """Whether a function stands in our folders, and not in an environment beside them."""
    return function.__code__.co_filename.startswith(FOLDERS)


PACKAGES = (seq, gnnlab, experiments)
PUBLIC = [(package, name) for package in PACKAGES for name in package.__all__]
OURS = tuple(package.__name__ for package in PACKAGES)
named = pytest.mark.parametrize(("package", "name"), PUBLIC, ids=[f"{p.__name__}.{n}" for p, n in PUBLIC])

# --- what a docstring says -------------------------------------------------------------------------------------------

HEADING = re.compile(
    r"^(Args|Args of the call|Shapes|Returns|Yields|Raises|Attributes|Variables|Examples?):[ ]*$"
)
#: One entry of a shape: a letter of the reference (B, 3H, E'), a number, a name, an ellipsis, or arithmetic of these.
SIZE = r"(?:\.\.\.|\d*[A-Z][A-Z_a-z0-9']*|\d+|[a-z_]+(?: size)?)"
SHAPE = re.compile(rf"\({SIZE}(?: [-+·^] {SIZE}| {SIZE})*(?:, ?{SIZE}(?: [-+·^] {SIZE}| {SIZE})*)*,?\)|\(\)")


def sections(text):
    """The sections of a docstring by their headings; what stands before the first one has the key ''."""
    found, key = {"": []}, ""
    for line in text.splitlines():
        heading = HEADING.match(line)
        if heading:
            key = heading[1]
            found[key] = []
        elif line and not line[0].isspace() and key:
            key = ""  # the section has ended
            found[key].append(line)
        else:
            found[key].append(line)
    return {key: textwrap.dedent("\n".join(lines)) for key, lines in found.items()}


def entries(section):
    """The entries ``name, other: text`` of a section, by name; lines that go on are joined."""
    found, names = {}, []
    for line in section.splitlines():
        start = re.match(r"^([*\w][\w*, ]*?)(?: \([^)]*\))?: (.*)", line)
        if start:
            names = [name.strip().lstrip("*") for name in start[1].split(",")]
            found |= dict.fromkeys(names, start[2])
        elif line.startswith(" "):
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return found


# --- what code does --------------------------------------------------------------------------------------------------


@functools.cache
def tree(function):
    return ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]


def callee(call, function, owner):
    """The function of ours that a call goes to; None where it goes elsewhere."""
    target = call.func
    if isinstance(target, ast.Name):
        found = function.__globals__.get(target.id)
    elif (
        isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    ):
        found = getattr(owner, target.attr, None)
    elif isinstance(target, ast.Attribute) and ast.unparse(target.value) == "super()":
        after = owner.__mro__[owner.__mro__.index(owner) + 1 :]
        found = next((vars(c)[target.attr] for c in after if target.attr in vars(c)), None)
    else:
        found = None
    if inspect.isclass(found):
        return (vars(found).get("__init__"), found)
    return (inspect.unwrap(found) if callable(found) else None, owner)


def raised(function, owner=None, seen=()):
    """Names of the exceptions that a function raises, itself or where it hands an argument of its own on to ours."""
    function = inspect.unwrap(function)
    if not inspect.isfunction(function) or function in seen:
        return set()
    if not is_ours(function):  # another project's, or made by dataclass
        return set()
    own = set(inspect.signature(function).parameters) - {"self"}
    found = set()
    for node in ast.walk(tree(function)):
        if (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and isinstance(node.exc.func, ast.Name)
        ):
            found.add(node.exc.func.id)
        elif isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(
                isinstance(part, ast.Name) and part.id in own for value in given for part in ast.walk(value)
            ):
                found |= raised(*callee(node, function, owner), (*seen, function))
    return found


# --- tests -----------------------------------------------------------------------------------------------------------


def documented(package, name):
    """What a page shows of a public name: itself, and its public methods, each with the class they are of."""
    thing = getattr(package, name)
    yield name, thing, None
    if inspect.isclass(thing):
        for key, value in vars(thing).items():
            method = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            if not key.startswith("_") and inspect.isfunction(method) and key != "forward" and method.__doc__:
                yield f"{name}.{key}", method, thing


def parts(thing):
    """The functions whose arguments a docstring speaks of: a class is made, and a layer is called."""
    if not inspect.isclass(thing):
        return [thing]
    own = (vars(thing).get(name) for name in ("__init__", "__post_init__", "forward"))
    return [part for part in own if inspect.isfunction(part)]


def errors_said(thing):
    return entries(sections(inspect.getdoc(thing) or "").get("Raises", ""))


def covers(said, name):
    """Whether an exception is said, itself or as a kind of one that is."""
    kinds = getattr(builtins, name, Exception).__mro__
    return bool({kind.__name__ for kind in kinds} & set(said))


@named
def test_every_error_that_code_raises_is_said(package, name):
    for title, thing, owner in documented(package, name):
        found = set().union(*(raised(part, owner or thing) for part in parts(thing)))
        said = errors_said(thing)
        lacking = {error for error in found if not covers(said, error)}
        assert not lacking, f"{title} raises {lacking}, and its docstring has no such entry below Raises"


@named
def test_errors_are_exceptions_and_say_of_what(package, name):
    for title, thing, _ in documented(package, name):
        for error, text in errors_said(thing).items():
            module = importlib.import_module(inspect.unwrap(thing).__module__)
            kind = getattr(builtins, error, getattr(module, error, None))
            assert isinstance(kind, type), f"{title}: {error} is unknown"
            assert issubclass(kind, BaseException), f"{title}: {error} is no exception"
            assert len(text.split()) >= 2, f"{title}: {error} should say when it is raised"


def tensors(function):
    """Parameters that are tensors, and whether the result has one; a tensor that a callable takes is not meant."""

    def has(annotation):
        text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
        return re.search(r"\bTensor\b", re.sub(r"Callable\[\[[^]]*\],[^]]*\]", "", text)) is not None

    signature = inspect.signature(function)
    given = [p.name for p in signature.parameters.values() if has(p.annotation)]
    return given, has(signature.return_annotation)


@named
def test_every_tensor_has_a_shape(package, name):
    for title, thing, owner in documented(package, name):
        of_thing = sections(inspect.getdoc(thing) or "")
        for part in parts(thing):
            of_part = sections(inspect.getdoc(part) or "") if is_ours(part) and part is not thing else {}
            given, answered = tensors(part)
            known = {}
            for text in (of_thing, of_part):
                for key in ("Args", "Args of the call", "Attributes"):
                    known |= entries(text.get(key, ""))
            shapes = re.split(r"\n(?=- )|;", of_thing.get("Shapes", ""))
            summary = of_thing[""].partition("\n\n")[0]
            for parameter in given:
                where = [known.get(parameter, ""), *(s for s in shapes if re.search(rf"\b{parameter}\b", s))]
                where += [summary] if owner else []  # a method of one sentence has its shapes there
                assert any(SHAPE.search(text) for text in where), (
                    f"{title}: {parameter} has no shape in brackets"
                )
            if answered:
                said = [
                    summary,
                    *(text.get(key, "") for text in (of_thing, of_part) for key in ("Returns", "Shapes")),
                ]
                assert any(SHAPE.search(text) for text in said), (
                    f"{title} answers a tensor of a shape that is not said"
                )


def test_a_shape_is_no_word_in_brackets():
    """What counts as one: the tests above would pass on any text otherwise."""
    for shape in (
        "(B, T, I)",
        "(N,)",
        "(3H, H)",
        "(T - 1, B)",
        "(N, K O)",
        "(..., V)",
        "(B, output_size)",
        "()",
    ):
        assert SHAPE.search(f"x {shape} numbers"), shape
    for text in ("(see above!)", "(Yao et al. 2019)", "(a mean, over rows: B)", "no brackets, B and T"):
        assert not SHAPE.search(text), text


def test_what_code_raises_is_found_through_its_helpers():
    """The reader of code against functions that are known to check, and one that does not."""
    assert raised(seq.digit_palindromes) == {"ValueError"}
    assert raised(gnnlab.hop_distances) == {"ValueError"}
    assert "NotImplementedError" in raised(vars(experiments.Task)["examples"], experiments.Task)
    assert raised(seq.RecurrentLayer.state_shape) == set()


def test_every_public_name_has_an_entry_in_one_api_page():
    found = []
    for page in sorted((ROOT / "docs" / "api").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for module, block in re.findall(r"currentmodule:: (\w+)\n(.*?)```", text, re.DOTALL):
            found += [(module, name) for name in re.findall(r"^   (\w+)$", block, re.MULTILINE)]
    assert sorted(found) == sorted((package.__name__, name) for package, name in PUBLIC)


# --- pages -----------------------------------------------------------------------------------------------------------

PAGES = [ROOT / "README.md", *sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)]
LINK = re.compile(r"(?<!`)\[[^\]]*\]\((?!https?:|mailto:)([^)\s]+)\)")
#: Written by the build.
MADE = "gallery"


def anchors(page):
    """The anchors of a page's headings, as GitHub and MyST make them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = []
    for heading in re.findall(r"^#{1,6} (.*)$", text, re.MULTILINE):
        plain = re.sub(r"`|\*\*|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.append(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_local_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if (ROOT / "docs" / MADE) in target.parents:
            continue
        assert target.exists(), f"{link} leads nowhere"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{link}: there is no such heading"


SCRIPTS = sorted((ROOT / "examples" / "gallery").glob("*/plot_*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_program_of_the_gallery_has_a_title_and_teaches(script):
    """The build runs it; here only what a page needs, and that the commands it names are there."""
    text = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8")))
    title, line, *_ = text.splitlines()
    assert line == "=" * len(title)
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", text.partition("\n\n")[2])) <= 8
    from experiments.command.cli import app

    for command in re.findall(
        r"^#     gnnlab (\w+)(?: (\w+))?", script.read_text(encoding="utf-8"), re.MULTILINE
    ):
        assert command[0] in set(app), command
