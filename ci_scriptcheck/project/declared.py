"""What contracts and pipeline files declare, in one shape for every format they are written in.

A reader of a format gives these values; the overlay of `scriptcheck.yaml` and the wiring then make
a `Project` of them. Nothing here depends on the format or on settings.
"""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.project import Link
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.values import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPort:
    """A port as its contract describes it.

    Attributes:
        parameter: The key by which the script knows it, in `input_paths` or `output_paths`.
        kind: What an output carries in the format's own words; `None` suits every input.
        accepts: Kinds that suit an input; empty where all do.
        aliases: Further names by which readers know an output.
        keywords: Words about the content, by which an input and an output can be compared.
        sources: Steps that an input expects to be fed by; empty where it says nothing.
        path: Where it lies in the platform's container.
        pack: Archive into which the platform packs an output after the run.
        external: Whether the format itself says that an input is fed from outside the pipeline.
    """

    name: str
    parameter: str
    required: bool = True
    kind: str | None = None
    accepts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    path: str | None = None
    pack: str | None = None
    external: bool = False
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredStep:
    """A step as its contract describes it.

    Attributes:
        script: Path relative to the repository; `None` where there is none.
        script_expected: Name of the script that the contract speaks of and nobody can find.
        env: Variables with the defaults that the platform passes.
        required_env: Variables that have no default.
        arguments: Names of the attributes of `job_args`.
        flags: The arguments as the platform writes them on the command line.
        env_known: Whether the contract lists variables at all, so that it can be compared with
            the script.
        env_places: Variable → where it is declared.
        variants: Suffix of a node's name → what the step is for that type of job.
    """

    name: str
    script: str | None = None
    script_expected: str | None = None
    inputs: tuple[DeclaredPort, ...] = ()
    outputs: tuple[DeclaredPort, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    required_env: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    env_known: bool = False
    variants: Mapping[str, DeclaredStep] = field(default_factory=dict)
    env_places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    place: Place | None = field(default=None, compare=False)

    def for_job(self, suffix: str) -> DeclaredStep:
        """Give the step as it is for a node with this suffix."""
        return self.variants.get(suffix, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredNode:
    """A node as its pipeline names it.

    Attributes:
        step: Name of its step; `None` where no declared step fits.
        suffix: What the node's name has beyond the step's; often the type of job.
        args: Attributes of `job_args` that follow from the name: stronger than what is set for all
            steps or for the step, weaker than what is set for the node.
    """

    name: str
    step: str | None
    suffix: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPipeline:
    """A pipeline as it is written: nodes, and which of them are joined.

    Attributes:
        edges: Producer and consumer; which ports carry the data is for the wiring to find.
        links: Joints that the file itself spells out port by port.
    """

    name: str
    nodes: tuple[DeclaredNode, ...]
    edges: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    scenarios: tuple[str, ...] = (STANDARD,)
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """All that one reader found.

    Attributes:
        files: Every file that was read, relative to the repository.
    """

    steps: Mapping[str, DeclaredStep] = field(default_factory=dict)
    pipelines: Mapping[str, DeclaredPipeline] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()
