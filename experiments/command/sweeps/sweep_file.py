"""A sweep as a YAML file: its keys are the options of ``gnnlab run``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from experiments.core.naming import nearest
from experiments.records.files import check_ordinary, read_text

EXPERIMENT = "experiment"
MOST_BYTES = 1_000_000  # a sweep is no data
SEEDS = ("seeds", "tuning-seeds")
_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class Entry:
    """A key of the file with its value, as text.

    Args:
        key: With dashes, as an option of the command line has them.
        value: The value; those of a list have commas between.
        line: Where it stands, from 1.
        is_list: Whether the value was a list.
    """

    key: str
    value: str
    line: int
    is_list: bool = False


class SweepFile:
    """What a YAML file says.

    Values are taken as they are written, and read by the command line, which knows their kinds: ``5:20:5`` is a range
    (plain YAML makes it the number 19205), and ``1e-3`` a number (plain YAML makes it text).

    Args:
        path: The file.

    Raises:
        ValueError: It cannot be read, or is not a mapping of options to values and lists of values.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[str, Entry] = {}
        for key_node, value_node in _pairs(path):
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ValueError(f"{path}:{line}: a key should be the name of an option")
            key = key_node.value.replace("_", "-")
            if key in self.entries:
                raise ValueError(
                    f"{path}:{line}: {key_node.value} stands twice; first in line {self.entries[key].line}"
                )
            self.entries[key] = Entry(
                key, _text(path, key_node.value, value_node), line, isinstance(value_node, yaml.SequenceNode)
            )

    @property
    def experiment(self) -> str:
        """Name of the experiment.

        Raises:
            ValueError: The file does not say it.
        """
        if EXPERIMENT not in self.entries:
            close = nearest(EXPERIMENT, list(self.entries))
            hint = close.replace("did you mean", "which is not").removesuffix("?")
            raise ValueError(
                f"{self.path}: the key experiment is missing{hint}; such as experiment: palindrome"
            )
        return self.entries[EXPERIMENT].value

    def check_keys(self, experiment: str, options: list[str]) -> None:
        """Raise a ValueError unless every key is one of the options of an experiment, or ``experiment``."""
        for entry in self.entries.values():
            if entry.key not in (EXPERIMENT, *options):
                hint = nearest(entry.key, [EXPERIMENT, *options])
                raise ValueError(
                    f"{self.path}:{entry.line}: unknown key {entry.key!r}{hint or '.'} "
                    f"gnnlab run {experiment} --help lists them (dashes or underscores)"
                )

    def check_lists(self, options: set[str]) -> None:
        """Raise a ValueError unless every list is the value of one of the options."""
        for entry in self.entries.values():
            if entry.is_list and entry.key not in options:
                raise ValueError(
                    f"{self.path}:{entry.line}: {entry.key}: it takes one value, and no list; lists are for "
                    f"{', '.join(sorted(options))}"
                )

    def arguments(self, switches: set[str], given: set[str]) -> list[str]:
        """The file as arguments of ``gnnlab run``.

        Args:
            switches: Options that are true or false.
            given: Options that the command line says itself, which come first.

        Raises:
            ValueError: A switch is neither true nor false.
        """
        words = []
        for entry in self.entries.values():
            if entry.key == EXPERIMENT:
                continue
            truth = _TRUTHS.get(entry.value.lower())
            if entry.key in switches and truth is None:
                raise ValueError(
                    f"{self.path}:{entry.line}: {entry.key}: {entry.value!r} should be true or false"
                )
            if entry.key in given:
                continue
            if entry.key in switches:
                words.append(f"--{entry.key}" if truth else f"--no-{entry.key}")
            else:
                # Smoke runs mean nothing, so they do not go where the file's own runs are.
                apart = "-smoke" if entry.key == "out" and "smoke" in given else ""
                words.append(f"--{entry.key}={entry.value}{apart}")
        return words

    def place(self, message: str) -> str:
        """The file, and where the message names an option that is in it, the line, before the message."""
        named = re.match(r"-{0,2}([\w-]+):", message) or re.search(r'"?--([\w-]+)', message)
        entry = self.entries.get(named[1].replace("_", "-")) if named else None
        return f"{self.path}:{entry.line}: {message}" if entry else message


def _pairs(path: Path) -> list[tuple[yaml.Node, yaml.Node]]:
    try:
        check_ordinary("file", path)
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(
                f"{path}: has {path.stat().st_size:,} bytes; a file of options should have at most {MOST_BYTES:,}"
            )
        root = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not a text file in UTF-8") from error
    except RecursionError:
        raise ValueError(
            f"{path}: values are nested too deep; they should be values and lists of values"
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise ValueError(f"{path}{line}: not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: not YAML: {error}") from error
    if not isinstance(root, yaml.MappingNode):
        raise ValueError(f"{path}: should hold keys and values, such as experiment: palindrome")
    return root.value


def _text(path: Path, key: str, node: yaml.Node) -> str:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode) and key == "tune":
        return " ".join(f"{_scalar(path, key, name)}={_text(path, key, value)}" for name, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        if not node.value:
            raise ValueError(f"{path}:{line}: {key}: an empty list; there should be at least one value")
        # One seed in a list is that seed, as with a comma behind it on the command line; alone it is a number of seeds.
        alone = len(node.value) == 1 and key.replace("_", "-") in SEEDS
        return ",".join(_scalar(path, key, item) for item in node.value) + "," * alone
    return _scalar(path, key, node)


def _scalar(path: Path, key: str, node: yaml.Node) -> str:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError(f"{path}:{line}: {key}: should be a value or a list of values")
    if node.tag == "tag:yaml.org,2002:null" or not node.value.strip():
        raise ValueError(f"{path}:{line}: {key}: its value is missing")
    return str(node.value).strip()
