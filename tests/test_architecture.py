"""The house rules, held by reading the source: who imports what, where state lives, what is never done.

A rule is a function from a tree of files to its offences. Each is tried on this project and on a small lawful
tree, where it must find nothing, and on small trees that break it, where it must find just that place.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A room imports only from rooms to its left (and from itself).
ROOMS = (
    "core.device",
    "core.progress",
    "core.assets",
    "core.data",
    "core.models",
    "core.generation",
    "core.pretrained",
    "core.training",
    "core.serving",
    "core.experiments",
    "core.figures",
    "pages",
    "app",
)
TOOLS = ("bench", "scripts", "tests")  # may import every room; no room imports them

# Hand Streamlit a style sheet, the file STYLE: the one thing that `st.html` is good for here.
STYLE_SHEETS = {"pages/kit/streaming.py"}

# Folders and files that stand among the lessons and are none.
NO_LESSONS = {
    "pages": {"course", "home", "about", "words", "kit"},
    "core/experiments": {
        "record",
        "recording",
        "characters",
        "character_writing",
        "encoder",
        "intervals",
        "passes",
        "word_errors",
    },
    "core/figures": {"palette", "export", "parts", "picture", "style", "home"},
}

# Lines that are not blank: of a lesson over all its rooms (DESIGN.md), and of the two files that stay a glance long.
LESSON_BUDGET = 1400
LINE_BUDGETS = {"pages/course.py": 60, "app.py": 150}
# lesson -> why it has more: these were built before the house and are meant to come down to the others' size.
ALLOWANCES: dict[str, str] = {
    "gpt_sampling": "texts that are written while they are read, with branches, and four ways side by side",
    "lstm_gates": "four views, as the notes need, of an LSTM, a GRU and a public network",
}

# Not needed to show the frame of a page: these load with the first lesson that uses them.
HEAVY = ("torch", "numba", "transformers", "altair", "pandas", "plotly.express")

SHARED_NUMPY_RANDOM_IS_NOT = {"default_rng", "Generator", "BitGenerator", "SeedSequence", "PCG64", "Philox"}
TORCH_DRAWS = {"rand", "randn", "randint", "randperm", "normal", "multinomial", "bernoulli", "poisson"}
TORCH_GLOBAL_SEEDS = {
    "torch.manual_seed", "torch.seed", "torch.random.manual_seed", "torch.random.seed", "torch.set_rng_state",
    "torch.cuda.manual_seed", "torch.cuda.manual_seed_all", "torch.mps.manual_seed",
}  # fmt: skip
MUTABLE_CALLS = {"dict", "list", "set", "bytearray", "deque", "defaultdict", "OrderedDict", "Counter"}
UNPICKLERS = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


@dataclass(frozen=True)
class Import:
    """One imported name: `import a.b` is ("a.b", ""), `from a import b` is ("a", "b")."""

    line: int
    module: str
    name: str = ""

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: str  # from the root, with forward slashes
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def imports(self) -> list[Import]:
        """Every import, inside functions and by `import_module` too, with relative names made absolute."""
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [Import(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    folders = self.path.split("/")[: -node.level]
                    base = ".".join([*folders, *filter(None, [base])])
                found += [Import(node.lineno, base, alias.name) for alias in node.names]
            elif isinstance(node, ast.Call) and dotted(node.func).endswith(("import_module", "__import__")):
                found += [Import(node.lineno, arg.value) for arg in node.args[:1] if is_text(arg)]
        return found

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Yield every call with the full name of what is called: `np.load(x)` is "numpy.load"."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, self.full_name(node.func)

    def full_name(self, node: ast.AST) -> str:
        """Return the dotted name of an expression, with its first part looked up among the imports."""
        first, _, rest = dotted(node).partition(".")
        first = self._aliases.get(first, first)
        return f"{first}.{rest}" if rest else first

    @cached_property
    def _aliases(self) -> dict[str, str]:
        names = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names.update({alias.asname: alias.name for alias in node.names if alias.asname})
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        return names


@dataclass(frozen=True)
class Tree:
    """The files of a project, read from `root`."""

    root: Path

    def python(self, *places: str) -> list[Source]:
        """Return the Python files at or under these places, in order."""
        return [source for source in self._sources if any(within(source.path, place) for place in places)]

    @cached_property
    def _sources(self) -> list[Source]:
        found: list[Path] = []
        for place in ("app.py", "core", "pages", *TOOLS):
            start = self.root / place
            found += [start] if start.is_file() else sorted(start.rglob("*.py"))
        return [Source(path.relative_to(self.root).as_posix(), path.read_text(encoding="utf-8")) for path in found]

    def names_in(self, folder: str) -> set[str]:
        """Return the modules and packages directly in a folder, without those that start with `_`."""
        inside = (source.path.removeprefix(folder + "/") for source in self.python(folder))
        names = {path.split("/")[0].removesuffix(".py") for path in inside}
        return {name for name in names if not name.startswith("_")}


def within(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for that expression, "" for one that is not plain names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def belongs(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def imports_of(sources: list[Source], *packages: str) -> Iterator[str]:
    for source in sources:
        for item in source.imports:
            if any(belongs(item.module, package) for package in packages):
                yield f"{source.path}:{item.line}: imports {item.full}"


# --- The rules


def streamlit_only_in_app_and_pages(tree: Tree) -> Iterator[str]:
    yield from imports_of(tree.python("core", "scripts"), "streamlit")


def no_torch_in_pages_and_figures(tree: Tree) -> Iterator[str]:
    yield from imports_of(tree.python("app.py", "pages", "core/figures"), "torch", "transformers")


def charts_only_in_figures(tree: Tree) -> Iterator[str]:
    sources = [source for source in tree.python("app.py", "pages", "core") if not within(source.path, "core/figures")]
    yield from imports_of(sources, "plotly", "altair")


def room_of(module: str) -> str:
    return max((room for room in ROOMS if belongs(module, room)), key=len, default="")


def rooms_import_leftwards(tree: Tree) -> Iterator[str]:
    for source in tree.python("app.py", "core", "pages"):
        room = room_of(source.module)
        if source.path.endswith("__init__.py"):  # runs before every room inside: the leftmost one's rules hold
            room = min([room, *(inner for inner in ROOMS if belongs(inner, source.module))], key=position)
        if not room:
            yield f"{source.path}:1: belongs to none of the rooms {', '.join(ROOMS)}"
            continue
        for item in source.imports:
            target = room_of(item.full)
            if item.module.split(".")[0] in TOOLS or (target and position(target) > position(room)):
                yield f"{source.path}:{item.line}: {room} imports {item.full}, which is to its right"


def position(room: str) -> int:
    return ROOMS.index(room) if room else len(ROOMS)


def only_the_kit_caches(tree: Tree) -> Iterator[str]:
    for source in tree.python("app.py", "core", "pages"):
        bounded = {
            id(call.func) for call, _ in source.calls() if any(key.arg == "max_entries" for key in call.keywords)
        }
        for node in source.nodes:
            if not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            name = source.full_name(node)
            if not name.startswith("streamlit.cache_") or name.count(".") > 1:
                continue
            if source.path != "pages/kit/cache.py":
                yield f"{source.path}:{node.lineno}: {name} outside pages/kit/cache.py"
            elif id(node) not in bounded:
                yield f"{source.path}:{node.lineno}: {name} without max_entries"


def no_html_made_of_strings(tree: Tree) -> Iterator[str]:
    for source in tree.python("app.py", "pages", "core"):
        for call, name in source.calls():
            is_sheet = source.path in STYLE_SHEETS and [dotted(given) for given in call.args] == ["STYLE"]
            if name in ("streamlit.html", "streamlit.components.v1.html") and not is_sheet:
                yield f"{source.path}:{call.lineno}: {name}"
        for node in source.nodes:
            word = node.arg if isinstance(node, ast.keyword) else node.value if is_text(node) else None
            if word in ("unsafe_allow_html", "unsafe_allow_javascript"):
                yield f"{source.path}:{node.lineno}: {word}"
    for path in sorted((tree.root / "pages").rglob("*.js")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
                if word in line:
                    yield f"{path.relative_to(tree.root).as_posix()}:{number}: {word}; use textContent"


def nothing_unpickled(tree: Tree) -> Iterator[str]:
    sources = tree.python("app.py", "core", "pages", "bench", "scripts")
    yield from imports_of(sources, *UNPICKLERS)
    for source in sources:
        for call, name in source.calls():
            if name in (
                "torch.load",
                "torch.hub.load",
                "torch.package.PackageImporter",
                "pandas.read_pickle",
            ):
                yield f"{source.path}:{call.lineno}: {name}"
            for key in call.keywords:
                if key.arg == "allow_pickle" and not (isinstance(key.value, ast.Constant) and key.value.value is False):
                    yield f"{source.path}:{call.lineno}: allow_pickle"


def no_error_swallowed(tree: Tree) -> Iterator[str]:
    for source in tree.python("app.py", "core", "pages", *TOOLS):
        for node in source.nodes:
            if isinstance(node, ast.ExceptHandler) and all(does_nothing(line) for line in node.body):
                yield f"{source.path}:{node.lineno}: an except that does nothing"
        for call, name in source.calls():
            broad = {source.full_name(arg) for arg in call.args} & {"Exception", "BaseException"}
            if name == "contextlib.suppress" and broad:
                yield f"{source.path}:{call.lineno}: suppresses every error"


def does_nothing(line: ast.stmt) -> bool:
    return isinstance(line, ast.Pass) or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))


def lessons_of(tree: Tree) -> dict[str, set[str]]:
    """Return the lessons that stand in each room."""
    return {room: tree.names_in(room) - others for room, others in NO_LESSONS.items()}


def lessons_have_their_partners(tree: Tree) -> Iterator[str]:
    lessons = lessons_of(tree)
    tests = {part for source in tree.python("tests") for part in source.path.split("/")}
    listed = {node.value for source in tree.python("pages/kit/course.py") for node in source.nodes if is_text(node)}
    if tree.python("pages/kit/course.py") and not any(lessons.values()):
        yield "pages/kit/course.py:1: there is not one lesson"
    for lesson in sorted(set().union(*lessons.values())):
        for room in lessons:
            if lesson not in lessons[room]:
                yield f"{room}/{lesson}: missing, though {lesson} is a lesson elsewhere"
        if lesson not in tests:
            yield f"tests/: no folder {lesson}"
        if lesson not in listed:
            yield f"pages/kit/course.py:1: does not list {lesson}"


def sizes_stay_within_budget(tree: Tree) -> Iterator[str]:
    unused = set(ALLOWANCES)
    for source in tree.python(*LINE_BUDGETS):
        if lines_of(source) > LINE_BUDGETS[source.path]:
            yield f"{source.path}: {lines_of(source)} lines, of at most {LINE_BUDGETS[source.path]}"
    for lesson in sorted(set().union(*lessons_of(tree).values())):
        places = [f"{room}/{lesson}{kind}" for room in NO_LESSONS for kind in ("", ".py")]
        lines = sum(map(lines_of, tree.python(*places)))
        if lines <= LESSON_BUDGET:
            continue
        if lesson not in unused:
            yield f"{lesson}: {lines} lines over all rooms, of at most {LESSON_BUDGET}"
        elif len(ALLOWANCES[lesson].split()) < 5:
            yield f"{lesson}: its allowance needs a reason"
        unused.discard(lesson)
    for lesson in sorted(unused):
        yield f"{lesson}: has an allowance it does not need"


def lines_of(source: Source) -> int:
    return sum(1 for line in source.text.splitlines() if line.strip())


def no_circles(tree: Tree) -> Iterator[str]:
    """Follow imports from file to file, those inside functions too; a package is the file that it begins with."""
    files = {source.module: source for source in tree.python("app.py", "core", "pages")}
    leads = {
        module: sorted({target for item in source.imports if (target := file_of(item, files)) not in ("", module)})
        for module, source in files.items()
    }
    done: set[str] = set()

    def walk(module: str, path: list[str]) -> Iterator[str]:
        if module in path:
            circle = path[path.index(module) :]
            if min(circle) == module:  # said once, from its first file
                yield f"{files[module].path}:1: a circle: {' -> '.join([*circle, module])}"
            return
        if module in done:
            return
        for target in leads[module]:
            yield from walk(target, [*path, module])
        done.add(module)

    for module in sorted(files):
        yield from walk(module, [])


def file_of(item: Import, files: dict[str, Source]) -> str:
    """Return the module of the file that an import reads, empty for what is not ours."""
    return item.full if item.full in files else item.module if item.module in files else ""


def private_names_stay_in_their_folder(tree: Tree) -> Iterator[str]:
    sources = tree.python("app.py", "core", "pages")
    packages = {source.module for source in sources if source.path.endswith("__init__.py")}
    for source in sources:
        own = source.module if source.module in packages else source.module.rpartition(".")[0]
        for item in source.imports:
            parts = item.full.split(".")
            private = [n for n, part in enumerate(parts) if part.startswith("_") and not part.startswith("__")]
            if not private or parts[0] not in ("core", "pages"):
                continue
            home = ".".join(parts[: private[0]])
            folder = home if home in packages else home.rpartition(".")[0]
            if own != folder and not (home in packages and belongs(own, home)):
                yield f"{source.path}:{item.line}: imports {item.full}, which is private to {folder}"


def frame_imports_nothing_heavy(tree: Tree) -> Iterator[str]:
    """Import app.py and what every page shares in a fresh Python; list the heavy modules that came along."""
    modules = [source.module for source in tree.python("pages/kit", "pages/course.py", "app.py")]
    if not modules:
        return
    # Navigation would run a whole lesson: here only the imports count.
    script = (
        "import importlib, json, sys, unittest.mock as mock, streamlit\n"
        "streamlit.navigation = streamlit.Page = mock.MagicMock()\n"
        "heavy, modules = json.loads(sys.argv[1])\n"
        "seen = {name for name in heavy if name in sys.modules}\n"
        "for module in modules:\n"
        "    importlib.import_module(module)\n"
        "    new = [name for name in heavy if name in sys.modules and name not in seen]\n"
        "    seen.update(new)\n"
        "    print(json.dumps([module, new]))\n"
    )
    command = [sys.executable, "-c", script, json.dumps([HEAVY, modules])]
    environment = {**os.environ, "PYTHONPATH": str(tree.root), "STREAMLIT_LOGGER_LEVEL": "error"}
    ran = subprocess.run(command, cwd=tree.root, env=environment, capture_output=True, text=True, timeout=120)
    if ran.returncode:
        yield f"could not import {', '.join(modules)}: {ran.stderr.strip()[-2000:]}"
    for line in ran.stdout.splitlines():
        module, new = json.loads(line)
        if new:
            yield f"{module.replace('.', '/')}.py:1: importing it imports {', '.join(new)}"


def public_names_are_explained(tree: Tree) -> Iterator[str]:
    for source in tree.python("core"):
        for node in source.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                overloaded = any(dotted(mark).endswith("overload") for mark in node.decorator_list)
                if not node.name.startswith("_") and not overloaded and not ast.get_docstring(node):
                    yield f"{source.path}:{node.lineno}: {node.name} has no docstring"


def randomness_is_seeded(tree: Tree) -> Iterator[str]:
    for source in tree.python("app.py", "core", "pages"):
        recipe = within(source.path, "core/training/recipes.py") or within(source.path, "core/training/recipes")
        for call, name in source.calls():
            module, _, function = name.rpartition(".")
            given = {key.arg for key in call.keywords}
            if module == "numpy.random" and function not in SHARED_NUMPY_RANDOM_IS_NOT:
                yield f"{source.path}:{call.lineno}: {name} draws from the generator that everyone shares"
            elif name == "numpy.random.default_rng" and not call.args and not given:
                yield f"{source.path}:{call.lineno}: {name} without a seed"
            elif module == "random" and function not in ("Random", "SystemRandom"):
                yield f"{source.path}:{call.lineno}: {name} draws from the generator that everyone shares"
            elif name in TORCH_GLOBAL_SEEDS and not recipe:
                yield f"{source.path}:{call.lineno}: {name} reseeds every other user of this process"
            elif module == "torch" and function in TORCH_DRAWS and not recipe and "generator" not in given:
                yield f"{source.path}:{call.lineno}: {name} without generator="


def modules_keep_no_state(tree: Tree) -> Iterator[str]:
    """In core/, pages/kit/ and app.py; a lesson's page is a script that starts anew on every run."""
    for source in tree.python("app.py", "core", "pages/kit"):
        for node in source.nodes:
            if isinstance(node, ast.Global):
                yield f"{source.path}:{node.lineno}: global {', '.join(node.names)}"
        for node in module_level(source.tree.body):
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value and is_mutable(node.value):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name) and not is_constant_name(target.id):
                        yield f"{source.path}:{node.lineno}: {target.id} can change and outlives its caller"


def module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run at import: also those inside if, try, with and for."""
    for node in body:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from module_level([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)])
            for handler in getattr(node, "handlers", []):
                yield from module_level(handler.body)


def is_mutable(node: ast.expr) -> bool:
    literals = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
    called = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    return isinstance(node, literals) or called in MUTABLE_CALLS


def is_constant_name(name: str) -> bool:
    return name.isupper() or (name.startswith("__") and name.endswith("__"))


# --- The rules on this project


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (
    streamlit_only_in_app_and_pages,
    no_torch_in_pages_and_figures,
    charts_only_in_figures,
    rooms_import_leftwards,
    only_the_kit_caches,
    no_html_made_of_strings,
    nothing_unpickled,
    no_error_swallowed,
    lessons_have_their_partners,
    sizes_stay_within_budget,
    no_circles,
    private_names_stay_in_their_folder,
    frame_imports_nothing_heavy,
    public_names_are_explained,
    randomness_is_seeded,
    modules_keep_no_state,
)


@pytest.fixture(scope="module")
def project() -> Tree:
    return Tree(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_project_keeps(rule: Callable[[Tree], Iterator[str]], project: Tree) -> None:
    offences = list(rule(project))
    if offences:
        pytest.fail(f"{rule.__name__}:\n  " + "\n  ".join(offences), pytrace=False)


@pytest.mark.parametrize("place", ["core", "tests"])
def test_there_is_something_to_check(place: str, project: Tree) -> None:
    """A checker that looks in the wrong folder finds no offence either."""
    files = [source.path for source in project.python(place) if not source.path.endswith("__init__.py")]
    assert files, f"no Python file in {place}/"


# --- The rules on trees that break them: what each must say, and nothing else

GOOD = {
    "app.py": "import streamlit as st\napp = st.App('pages/course.py')\n",
    "core/__init__.py": '"""Core."""\n',
    "core/device.py": (
        '"""Where tensors live."""\n'
        "import torch\n"
        "NAMES = {'cpu': 1}\n"
        "def pick() -> torch.device:\n"
        '    """Return the device."""\n'
        "    return torch.device('cpu')\n"
        "def draw(seed):\n"
        '    """Return one number."""\n'
        "    generator = torch.Generator().manual_seed(seed)\n"
        "    return torch.rand(1, generator=generator)\n"
    ),
    "core/generation/__init__.py": '"""Generation."""\n',
    "core/generation/filters.py": "import numpy as np\nRNG = np.random.default_rng(0)\n",
    "core/pretrained/__init__.py": "",
    "core/pretrained/model.py": "from core.device import pick\nfrom core.generation.filters import RNG\n",
    "core/training/recipes.py": "import torch\ntorch.manual_seed(0)\n",
    "core/serving/engine.py": "from core.pretrained import model\n",
    "core/experiments/rnn/__init__.py": "from core.serving import engine\nfrom ._shared import x\n",
    "core/experiments/rnn/_shared.py": "x = _y = 1\n",
    "core/figures/rnn.py": "import plotly.graph_objects as go\nfrom core.experiments.rnn import engine\n",
    "pages/course.py": "import streamlit as st\nst.navigation([st.Page('rnn/page.py')]).run()\n",
    "pages/kit/course.py": "LESSONS = ('rnn',)\n",
    "pages/rnn/page.py": "from core.figures import rnn\nrows = []\n",
    "pages/kit/cache.py": (
        "import streamlit as st\n"
        "@st.cache_data(max_entries=8)\n"
        "def compute(x):\n"
        "    try:\n"
        "        return x\n"
        "    except ValueError:\n"
        "        raise\n"
    ),
    "pages/kit/strip.js": "element.textContent = 'a';\n",
    "tests/core/experiments/rnn/test_rnn.py": "import torch, streamlit, plotly\n",
}

BAD: list[tuple[Callable[[Tree], Iterator[str]], str, str | None, str]] = [
    # rule, file, its text (None: there is no such file or folder), the one offence
    (
        streamlit_only_in_app_and_pages,
        "core/device.py",
        "def f():\n    import streamlit.web\n",
        "core/device.py:2",
    ),
    (streamlit_only_in_app_and_pages, "scripts/x.py", "from streamlit import write\n", "scripts/x.py:1"),
    (no_torch_in_pages_and_figures, "pages/rnn/page.py", "x = 1\nfrom torch import nn\n", "pages/rnn/page.py:2"),
    (no_torch_in_pages_and_figures, "app.py", "import transformers\n", "app.py:1"),
    (no_torch_in_pages_and_figures, "pages/rnn/page.py", "__import__('torch')\n", "pages/rnn/page.py:1"),
    (no_torch_in_pages_and_figures, "core/figures/rnn.py", "import torch.nn\n", "core/figures/rnn.py:1"),
    (charts_only_in_figures, "pages/rnn/page.py", "import plotly.express as px\n", "pages/rnn/page.py:1"),
    (
        charts_only_in_figures,
        "core/experiments/rnn/__init__.py",
        "import altair\n",
        "core/experiments/rnn/__init__.py:1",
    ),
    (
        rooms_import_leftwards,
        "core/device.py",
        "from core import experiments\n",
        "core.device imports core.exp",
    ),
    (rooms_import_leftwards, "core/device.py", "import core.models.rnn\n", "core/device.py:1"),
    (rooms_import_leftwards, "core/pretrained/model.py", "from ..serving import engine\n", "model.py:1"),
    (rooms_import_leftwards, "core/generation/__init__.py", "from ..pretrained import model\n", "__init__.py:1"),
    (rooms_import_leftwards, "core/__init__.py", "from core.data import text\n", "core/__init__.py:1"),
    (rooms_import_leftwards, "core/figures/rnn.py", "from pages.kit import cache\n", "core/figures/rnn.py:1"),
    (rooms_import_leftwards, "core/models/rnn.py", "import tests.core\n", "core/models/rnn.py:1"),
    (rooms_import_leftwards, "core/helpers.py", "x = 1\n", "core/helpers.py:1: belongs to none"),
    (
        only_the_kit_caches,
        "pages/rnn/page.py",
        "import streamlit as st\n@st.cache_data\ndef f(): ...\n",
        "page.py:2",
    ),
    (
        only_the_kit_caches,
        "app.py",
        "from streamlit import cache_resource as c\nc(max_entries=1)\n",
        "app.py:2",
    ),
    (
        only_the_kit_caches,
        "pages/kit/cache.py",
        "import streamlit\nstreamlit.cache_data(ttl=1)\n",
        "cache.py:2",
    ),
    (no_html_made_of_strings, "pages/rnn/page.py", "st.markdown('', unsafe_allow_html=True)\n", "pages/rnn/page.py:1"),
    (no_html_made_of_strings, "pages/rnn/page.py", "f(**{'unsafe_allow_html': True})\n", "pages/rnn/page.py:1"),
    (no_html_made_of_strings, "pages/rnn/page.py", "import streamlit as st\nst.html('<b>')\n", "pages/rnn/page.py:2"),
    (
        no_html_made_of_strings,
        "pages/kit/streaming.py",
        "import streamlit as st\nst.html('<b>')\n",
        "pages/kit/streaming.py:2",
    ),
    (no_html_made_of_strings, "pages/kit/strip.js", "\nelement.innerHTML = text;\n", "pages/kit/strip.js:2"),
    (nothing_unpickled, "core/device.py", "import pickle\n", "core/device.py:1"),
    (
        nothing_unpickled,
        "core/device.py",
        "import torch as t\nt.load('x', weights_only=True)\n",
        "device.py:2",
    ),
    (nothing_unpickled, "core/device.py", "from torch import load\nload('x')\n", "core/device.py:2"),
    (nothing_unpickled, "core/device.py", "np.load('x', allow_pickle=flag)\n", "core/device.py:1"),
    (
        no_error_swallowed,
        "core/device.py",
        "try:\n    f()\nexcept ValueError:\n    pass\n",
        "core/device.py:3",
    ),
    (no_error_swallowed, "tests/test_x.py", "try:\n    f()\nexcept OSError: ...\n", "tests/test_x.py:3"),
    (
        no_error_swallowed,
        "pages/rnn/page.py",
        "import contextlib\nwith contextlib.suppress(Exception): f()\n",
        "page.py:2",
    ),
    (lessons_have_their_partners, "core/experiments/rnn/", None, "core/experiments/rnn: missing"),
    (lessons_have_their_partners, "core/figures/rnn.py", None, "core/figures/rnn: missing"),
    (lessons_have_their_partners, "pages/rnn/page.py", None, "pages/rnn: missing"),
    (lessons_have_their_partners, "tests/core/experiments/rnn/test_rnn.py", None, "no folder rnn"),
    (lessons_have_their_partners, "pages/kit/course.py", "x = 1\n", "does not list rnn"),
    (sizes_stay_within_budget, "core/figures/rnn.py", "x = 1\n\n" * 1400, "rnn: 1405 lines over all rooms"),
    (sizes_stay_within_budget, "pages/rnn/view.py", "x = 1\n" * 1400, "rnn: 1407 lines over all rooms"),
    (sizes_stay_within_budget, "pages/course.py", "x = 1\n" * 61, "pages/course.py: 61 lines"),
    (
        no_circles,
        "core/device.py",
        "import core.device_b\n",
        "core/device.py:1: a circle: core.device -> core.device_b",
    ),
    (no_circles, "core/experiments/rnn/_shared.py", "def f():\n    from core.experiments import rnn\n", "a circle"),
    (
        private_names_stay_in_their_folder,
        "pages/rnn/page.py",
        "from core.experiments.rnn import _shared\n",
        "page.py:1",
    ),
    (
        private_names_stay_in_their_folder,
        "core/figures/rnn.py",
        "from core.device import _x\n",
        "rnn.py:1: imports core",
    ),
    (private_names_stay_in_their_folder, "core/figures/rnn.py", "import core.experiments.rnn._shared.x\n", "rnn.py:1"),
    (
        frame_imports_nothing_heavy,
        "pages/kit/cache.py",
        "import pandas\n",
        "pages/kit/cache.py:1: importing it imp",
    ),
    (frame_imports_nothing_heavy, "pages/course.py", "raise ValueError('no')\n", "could not import"),
    (public_names_are_explained, "core/device.py", "def pick(): ...\n", "core/device.py:1: pick"),
    (public_names_are_explained, "core/device.py", "class _A: ...\nclass B: ...\n", "core/device.py:2: B"),
    (randomness_is_seeded, "core/device.py", "import numpy as np\nnp.random.normal()\n", "core/device.py:2"),
    (randomness_is_seeded, "core/device.py", "from numpy import random\nrandom.rand()\n", "core/device.py:2"),
    (
        randomness_is_seeded,
        "core/device.py",
        "from numpy.random import default_rng\ndefault_rng()\n",
        "device.py:2",
    ),
    (randomness_is_seeded, "core/device.py", "import random\nrandom.choice([1])\n", "core/device.py:2"),
    (randomness_is_seeded, "core/device.py", "import torch\ntorch.manual_seed(0)\n", "core/device.py:2"),
    (randomness_is_seeded, "core/device.py", "import torch\ntorch.randn(3)\n", "core/device.py:2"),
    (modules_keep_no_state, "core/device.py", "models = {}\n", "core/device.py:1: models"),
    (
        modules_keep_no_state,
        "core/device.py",
        "if True:\n    _seen: set[int] = set()\n",
        "core/device.py:2: _seen",
    ),
    (
        modules_keep_no_state,
        "pages/kit/cache.py",
        "def f():\n    global x\n    x = 1\n",
        "pages/kit/cache.py:2",
    ),
]


def grow(root: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(root)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_lawful_tree_passes(
    rule: Callable[[Tree], Iterator[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ALLOWANCES", {})
    assert list(rule(grow(tmp_path, GOOD))) == []


@pytest.mark.parametrize(
    ("rule", "path", "text", "offence"), BAD, ids=[f"{rule.__name__}-{n}" for n, (rule, *_) in enumerate(BAD)]
)
def test_rule_can_fail(
    rule: Callable[[Tree], Iterator[str]],
    path: str,
    text: str | None,
    offence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ALLOWANCES", {})
    files = {**GOOD, path: text or ""}
    if rule is no_circles and path == "core/device.py":
        files["core/device_b.py"] = "from core import device\n"
    if text is None:
        files = {name: content for name, content in files.items() if not name.startswith(path)}
    found = list(rule(grow(tmp_path, files)))
    assert len(found) == 1, found
    assert offence in found[0]


def test_every_rule_is_tried_on_a_tree_that_breaks_it() -> None:
    assert {rule for rule, *_ in BAD} == set(RULES)


def test_allowances_are_justified_and_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ALLOWANCES", {"rnn": ""})
    tree = grow(tmp_path, {**GOOD, "core/figures/rnn.py": "x = 1\n" * 2000})
    assert list(sizes_stay_within_budget(tree)) == ["rnn: its allowance needs a reason"]
    monkeypatch.setattr(sys.modules[__name__], "ALLOWANCES", {"rnn": "one table that reads best whole"})
    assert list(sizes_stay_within_budget(tree)) == []
    assert list(sizes_stay_within_budget(grow(tmp_path, GOOD))) == ["rnn: has an allowance it does not need"]
