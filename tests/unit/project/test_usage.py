"""What a script's syntax tree says about its ports, variables and arguments."""

from textwrap import dedent

import pytest

from ci_scriptcheck.project.script.usage import Usage, usage

HEAD = "def main(input_paths, output_paths, environ_vars, job_args):\n"


def of_main(body: str, before: str = "") -> Usage:
    text = dedent(body).strip("\n")
    return usage(dedent(before) + HEAD + "".join(f"    {line}\n" for line in text.splitlines()))


def test_keys_that_are_subscripted_are_required_and_those_asked_for_are_optional() -> None:
    found = of_main(
        """
        a = input_paths["a"]
        b = input_paths.get("b")
        if "c" in input_paths:
            c = input_paths["c"]
        open(output_paths["out"])
        """
    )

    assert found.inputs == {"a": True, "b": False, "c": False}
    assert found.outputs == {"out": True}
    assert found.unknown == ()


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    x = input_paths['x']\nexcept KeyError:\n    x = None",
        "try:\n    x = input_paths['x']\nexcept (ValueError, LookupError) as e:\n    print(e)",
        "try:\n    x = open(input_paths['x'])\nexcept Exception:\n    return None",
        "try:\n    x = input_paths['x']\nexcept:\n    x = ''",
        "with contextlib.suppress(KeyError):\n    x = input_paths['x']",
        "x = input_paths['x'] if len(input_paths) > 2 else None",
        "if input_paths:\n    x = input_paths['x']",
        "if 2 < len(set(input_paths.keys())):\n    x = input_paths['x']\nelse:\n    x = 1",
        "x = len(input_paths) > 2 and input_paths['x']",
        "paths = input_paths\nx = paths['x'] if len(paths) > 2 else None",
    ],
)
def test_a_key_is_optional_where_its_absence_is_caught_or_looked_for(body: str) -> None:
    assert of_main(body).inputs == {"x": False}


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    x = input_paths['x']\nexcept ValueError:\n    x = None",
        "try:\n    x = input_paths['x']\nexcept KeyError as e:\n    raise ValueError('x') from e",
        "try:\n    x = input_paths['x']\nexcept Exception:\n    sys.exit(1)",
        "try:\n    x = input_paths['x']\nexcept Exception:\n    return 1",
        "try:\n    pass\nexcept KeyError:\n    x = input_paths['x']",
        "if input_paths is not None:\n    x = input_paths['x']",
        "if job_args.deep:\n    x = input_paths['x']",
        "if len(output_paths) > 2:\n    x = input_paths['x']",
        "try:\n    x = input_paths['x']\nexcept KeyError:\n    x = None\ny = input_paths['x']",
    ],
)
def test_a_key_is_required_where_a_script_does_not_go_on_without_it(body: str) -> None:
    assert of_main(body).inputs == {"x": True}


def test_variables_come_with_the_defaults_in_the_code() -> None:
    found = of_main(
        """
        label = environ_vars["LABEL"]
        other = environ_vars.get("OTHER", "x")
        rows = environ_vars.get("ROWS", 5)
        where = os.environ.get("WHERE", "here")
        """,
        before="import os\nMODE = os.getenv('MODE')\n",
    )

    assert found.env == {"LABEL": None, "MODE": None, "OTHER": "x", "ROWS": "5", "WHERE": "here"}


def test_what_only_the_guarded_end_reads_is_left_out() -> None:
    found = usage(
        HEAD + "    pass\nif __name__ == '__main__':\n    import os\n    os.environ['X']\n"
    )

    assert found.env == {}


def test_attributes_of_the_arguments_are_named() -> None:
    found = of_main("print(job_args.job_type, getattr(job_args, 'depth', 3))")

    assert found.args == ("depth", "job_type")


def test_functions_of_the_module_and_its_constants_are_followed() -> None:
    found = of_main(
        """
        paths = dict(input_paths)
        data = load(paths, KEY, fallback="second")
        for split in SPLITS:
            save(output_paths[split])
        read(environ=environ_vars)
        read2(Names.THIRD, input_paths)
        """,
        before="""
        KEY = "first"
        SPLITS = ("train", "test")
        class Names:
            THIRD = "third"
        def load(where, key, fallback):
            return where[key], where.get(fallback)
        def read(environ):
            return environ.get("LABEL", KEY)
        def read2(key, where):
            return where[key]
        """,
    )

    assert found.inputs == {"first": True, "second": False, "third": True}
    assert found.outputs == {"test": True, "train": True}
    assert found.env == {"LABEL": "first"}
    assert found.unknown == ()


def test_variables_are_known_whose_names_a_helper_is_given() -> None:
    found = of_main(
        "return is_set('VERBOSE') or is_set(name())",
        before="""
        import os
        def is_set(name):
            return os.environ.get(name, "") == "true"
        """,
    )

    assert found.env == {"VERBOSE": ""}


@pytest.mark.parametrize(
    "body",
    [
        "use(input_paths)",
        "input_paths[name()]",
        "for key in input_paths:\n    print(key)",
        "key = 'a'\nkey = name()\ninput_paths[key]",
        "return input_paths",
    ],
)
def test_what_goes_out_of_sight_is_said_and_not_guessed(body: str) -> None:
    found = of_main(body)

    assert found.unknown == ("inputs",)
    assert found.inputs == {}


def test_a_local_name_hides_a_constant_of_the_module() -> None:
    found = of_main("NAME = compute()\ninput_paths[NAME]", before="NAME = 'a'\n")

    assert found.inputs == {}


def test_logging_and_testing_a_parameter_hides_nothing() -> None:
    found = of_main(
        """
        logger.info("inputs: %s", input_paths)
        print(f"{input_paths}")
        if not input_paths or output_paths is None:
            raise ValueError(input_paths["a"])
        """
    )

    assert found.unknown == ()


def test_parameters_under_other_names_go_by_their_order() -> None:
    found = usage("def main(src, dst, env, args, logger=None):\n    src['a']; dst['b']; args.c\n")

    assert (dict(found.inputs), dict(found.outputs), found.args) == (
        {"a": True},
        {"b": True},
        ("c",),
    )
    assert found.function is not None
    assert found.function.parameters == ("src", "dst", "env", "args", "logger")
    assert found.function.required == ("src", "dst", "env", "args")


def test_a_function_from_elsewhere_is_defined_and_unknown() -> None:
    found = usage("from lib import main\n")

    assert found.is_defined
    assert found.function is None


def test_a_module_without_the_function_says_so() -> None:
    assert not usage("print('work')\n").is_defined


def test_functions_that_call_each_other_in_a_circle_end() -> None:
    found = of_main(
        "a(input_paths)",
        before="def a(p):\n    b(p)\ndef b(p):\n    a(p)\n    p['x']\n",
    )

    assert found.inputs == {"x": True}


@pytest.mark.parametrize("source", ["def main(:\n", "\0", "(" * 5000, "x = 1\n  y = 2\n"])
def test_a_text_that_python_refuses_is_a_syntax_error(source: str) -> None:
    with pytest.raises(SyntaxError):
        usage(source)


def test_odd_escapes_in_a_script_do_not_warn_the_reader() -> None:
    assert of_main(r"input_paths['\d']").inputs == {r"\d": True}
