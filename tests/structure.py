"""Figures of the package's structure: ``python -m tests.structure [REVISION]``.

Without a revision they are those of the working tree.
"""

import ast
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from io import BytesIO
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from tests.test_imports import ENTRANCES, HEIGHTS

ROOT = Path(__file__).parents[1]
LONGEST_FUNCTION = 25


def read_modules(root: Path) -> dict[str, tuple[Path, ast.Module]]:
    """Parse the package's modules, by their dotted names."""
    modules = {}
    for path in sorted((root / "skgenre").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        modules[name] = path, ast.parse(path.read_text(encoding="utf-8"))
    return modules


def place_of(module: str) -> str:
    """Return what a module belongs to in `skgenre/` itself."""
    return module.split(".")[1] if "." in module else ""


def imports(module: str, modules: dict[str, tuple[Path, ast.Module]]) -> Iterator[str]:
    """Yield the modules of the package that a module imports, anywhere in it."""
    path, tree = modules[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            inside = [f"{origin}.{alias.name}" for alias in node.names]
            yield from (name if name in modules else origin for name in inside)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def arrows_between_places(modules: dict[str, tuple[Path, ast.Module]]) -> dict[str, set[str]]:
    """Map each place to those that it imports from."""
    arrows: dict[str, set[str]] = {}
    for module in modules:
        place = place_of(module)
        if module in ENTRANCES:
            continue
        ours = {name for name in imports(module, modules) if name.startswith("skgenre.")}
        arrows.setdefault(place, set()).update({place_of(name) for name in ours} - {place})
    return arrows


def find_circle(arrows: dict[str, set[str]]) -> list[str]:
    """Return the places of a circle of imports, none if there is no circle."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(dict.fromkeys(error.args[1]))
    return []


def count_floors(arrows: dict[str, set[str]]) -> int:
    """Count the places of the longest chain of imports."""
    heights: dict[str, int] = {}
    for place in TopologicalSorter(arrows).static_order():
        heights[place] = 1 + max((heights[one] for one in arrows.get(place, ())), default=0)
    return max(heights.values())


def count_arrows_up(arrows: dict[str, set[str]]) -> int | str:
    """Count the imports between places that do not go down the storeys."""
    if not arrows.keys() <= HEIGHTS.keys():
        return "no storeys at this revision"
    pairs = [(place, other) for place, others in arrows.items() for other in others]
    return sum(HEIGHTS[other] >= HEIGHTS[place] for place, other in pairs)


def lines_of_body(node: ast.FunctionDef) -> int:
    """Count the lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def count_long_functions(modules: dict[str, tuple[Path, ast.Module]]) -> int:
    """Count the functions whose body is too long."""
    nodes = [node for _, tree in modules.values() for node in ast.walk(tree)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return sum(lines_of_body(function) > LONGEST_FUNCTION for function in functions)


def users_of_private_scikit_learn(modules: dict[str, tuple[Path, ast.Module]]) -> set[str]:
    """Return the modules that import private names of scikit-learn."""
    users = set()
    for module, (_, tree) in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                dotted = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                dotted = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            if any(name.startswith("sklearn.") and "._" in name for name in dotted):
                users.add(module)
    return users


def count_mirrored_tests(root: Path) -> tuple[int, int]:
    """Count the test files that stand where the module stands that they test, and all of them."""
    files = list((root / "tests").rglob("test_*.py"))
    mirrored = 0
    for path in files:
        *folders, name = path.relative_to(root / "tests").with_suffix("").parts
        module = name.removeprefix("test_")
        places = [root / "skgenre", *(root / "skgenre").rglob("*")]
        mirrored += any(
            place.is_dir()
            and [part.removeprefix("_") for part in place.relative_to(root / "skgenre").parts]
            == folders
            and any((place / f"{prefix}{module}.py").exists() for prefix in ("", "_"))
            for place in places
        )
    return mirrored, len(files)


def figures(root: Path) -> dict[str, object]:
    """Compute all figures of a checkout."""
    modules = read_modules(root)
    folders = Counter(path.parent.relative_to(root) for path, _ in modules.values())
    [(fullest, most)] = folders.most_common(1)
    arrows = arrows_between_places(modules)
    circle = find_circle(arrows)
    users = users_of_private_scikit_learn(modules)
    mirrored, n_files = count_mirrored_tests(root)
    return {
        "modules": len(modules),
        "folders": len(folders),
        "modules a folder": f"{mean(folders.values()):.1f}",
        "most modules in one folder": f"{most} ({fullest})",
        "places": len(arrows),
        "a circle of imports": ", ".join(circle) or "none",
        "floors of imports between places": "none" if circle else count_floors(arrows),
        "arrows between places": sum(map(len, arrows.values())),
        "arrows up": count_arrows_up(arrows),
        f"functions over {LONGEST_FUNCTION} lines": count_long_functions(modules),
        "modules with private names of scikit-learn": len(users),
        "places with private names of scikit-learn": len(set(map(place_of, users))),
        "test files beside what they test": f"{mirrored} of {n_files}",
    }


def main(revision: str | None = None) -> None:
    """Print the figures."""
    with TemporaryDirectory() as folder:
        root = ROOT
        if revision is not None:
            command = ["git", "archive", revision, "skgenre", "tests"]
            archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
            with tarfile.open(fileobj=BytesIO(archive)) as tar:
                tar.extractall(folder, filter="data")
            root = Path(folder)
        for name, value in figures(root).items():
            print(f"{name:44}{value}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
