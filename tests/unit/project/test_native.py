"""From scriptcheck.yaml to documents: every mistake has a line, an excerpt and advice."""

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.native.reading import read_native


def mistake(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read_native(text.encode(), "scriptcheck.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "what", "advice"),
    [
        ("stepz: {}", "unknown key `stepz`", "did you mean `steps`?"),
        (
            "steps: {a: {scrpt: x}}",
            "unknown key `scrpt` in `steps.a`",
            "did you mean `script`?",
        ),
        (
            "steps: {a: {inputs: {p: {datset: x}}}}",
            "unknown key `datset` in `steps.a.inputs.p`",
            "did you mean `dataset`?",
        ),
        (
            "steps: {a: {inputs: {p: {pack: x}}}}",
            "unknown key `pack` in `steps.a.inputs.p`",
            None,
        ),
        ("steps: {a: {script: 5}}", "`steps.a.script` must be text", "put it in quotes"),
        ("steps: {a: {inputs: {p: 5}}}", "`steps.a.inputs.p` must be text or a mapping", None),
        (
            "defaults: {network: loop}",
            "`defaults.network` must be one of `none`, `loopback`, `any`",
            "did you mean `loopback`?",
        ),
        ("version: 2", "`version` must be `1`", None),
        ("pipelines: {a: 5}", "`pipelines.a` must be a list or a mapping", None),
        ("[1]", "the file must be a mapping of keys to values", None),
        ("steps: {a: {known: {rule: SC201}}}", "`steps.a.known` needs `reason`", None),
        ("steps: {a: {env: {X: [1]}}}", "`steps.a.env.X` must be text", None),
        ("rules: {SC999: error}", "there is no rule `SC999`", None),
        (
            "steps: {a: {known: {rule: SC201x, reason: x}}}",
            "there is no rule `SC201x`",
            "did you mean `SC201`?",
        ),
        (
            "steps: {a: {known: {rule: [SC201, SC999], reason: x}}}",
            "there is no rule `SC999`",
            None,
        ),
        ("rules: {S: error}", "there is no rule `S`", None),
        ("steps: {a/b: {}}", "the step `a/b` has a `/` in its name", None),
        (
            "pipelines: {p/q: {nodes: {a/b: {}}}}",
            "the node `a/b` has a `/` in its name",
            None,
        ),
        ("steps: {'a[b]': {}}", "the step `a[b]` has a bracket in its name", None),
        ("steps: {a@base: {}}", "the step `a@base` has a name that ends in `@base`", None),
        (
            "nodes: {a@head@base: {}}",
            "the node `a@head@base` has a name that ends in `@base`",
            None,
        ),
        ("defaults: {rows: true}", "`defaults.rows` must be a whole number", None),
        ("defaults: {rows: -1}", "must be greater than or equal to 0", None),
    ],
)
def test_a_mistake_says_what_is_wrong_and_what_was_meant(
    text: str, what: str, advice: str | None
) -> None:
    error = mistake(text)

    assert what in error.what
    if advice is not None:
        assert error.advice == advice


def test_a_mistake_shows_its_line_and_names_the_others() -> None:
    error = mistake("version: 1\nsteps:\n  a:\n    scrpt: x\n    timeout: soon\nbse: main\n")

    assert str(error.where) == "scriptcheck.yaml:4"
    assert error.excerpt is not None
    assert error.excerpt.lines == ("    scrpt: x",)
    assert [fact.partition(":")[0] for fact in error.facts] == ["line 5", "line 6"]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90s", 90.0), ("5m", 300.0), ("1h 30m", 5400.0), ("500ms", 0.5), ("20", 20.0)],
)
def test_times_have_units(written: str, seconds: float) -> None:
    read = read_native(f"defaults: {{timeout: {written}}}".encode(), "s.yaml")

    assert read.document.defaults.timeout == seconds


@pytest.mark.parametrize(
    ("written", "size"),
    [("2GiB", 2 * 1024**3), ("10MB", 10_000_000), ("1.5 KiB", 1536), ("700", 700)],
)
def test_sizes_have_units(written: str, size: int) -> None:
    read = read_native(f"defaults: {{memory: {written}}}".encode(), "s.yaml")

    assert read.document.defaults.memory == size


@pytest.mark.parametrize("written", ["5x", "0s", "-1", "soon", "true", "1e9h", "''"])
def test_what_is_no_time_is_refused(written: str) -> None:
    assert "must be a time" in mistake(f"defaults: {{timeout: {written}}}").what


@pytest.mark.parametrize("written", ["5GX", "0", "big", "true", "9999999TiB"])
def test_what_is_no_size_is_refused(written: str) -> None:
    assert "must be a size" in mistake(f"defaults: {{memory: {written}}}").what


def test_variables_are_taken_as_they_are_written() -> None:
    text = "steps: {a: {env: {A: 010, B: 1.0, C: true, D: null, E: '', F: 2024-01-01}}}"

    step = read_native(text.encode(), "s.yaml").document.steps["a"]

    assert step is not None
    assert step.env == {"A": "010", "B": "1.0", "C": "true", "D": None, "E": "", "F": "2024-01-01"}


def test_a_key_without_a_value_is_as_if_it_were_not_there() -> None:
    read = read_native(b"steps:\npipelines:\ndatasets:\n  a:\n", "s.yaml")

    assert read.document.steps == {}
    assert read.document.datasets == {"a": None}


def test_a_file_of_sixty_thousand_mistakes_is_told_by_its_first() -> None:
    text = "".join(f"key{number}: {{}}\n" for number in range(60_000))

    error = mistake(text)

    assert error.what == "unknown key `key0`"
    assert len(error.facts) == 5


@pytest.mark.parametrize("path", ["../a.tar.gz", "/a.tar.gz", "b/../../a.tar.gz", "..", "''"])
@pytest.mark.parametrize(
    "written",
    ["outputs: {o: {pack: PATH}}", "outputs: {o: {file: PATH}}", "inputs: {i: {file: PATH}}"],
)
def test_a_file_of_a_port_lies_in_its_folder(written: str, path: str) -> None:
    told = mistake(f"steps: {{a: {{{written.replace('PATH', path)}}}}}").what

    assert "must be a path inside the port's folder" in told


@pytest.mark.parametrize("path", ["model.tar.gz", "b/model..tar", "./model.tar"])
def test_a_file_of_a_port_may_lie_below_its_folder(path: str) -> None:
    read = read_native(f"steps: {{a: {{outputs: {{o: {{pack: {path}}}}}}}}}".encode(), "s.yaml")

    assert f"pack={path!r}" in repr(read.document.steps["a"])


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ("{'A=B': x}", "must have names without `=`"),
        ("{'': x}", "must have names without `=`"),
        ('{"A\\0": x}', "must have names without `=`"),
        ('{A: "x\\0y"}', "must have no zero byte in it"),
    ],
)
def test_a_variable_that_no_process_can_have_is_refused(env: str, told: str) -> None:
    assert told in mistake(f"defaults: {{env: {env}}}").what
