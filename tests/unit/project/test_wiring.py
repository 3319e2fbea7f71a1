"""From joined nodes to joined ports."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.project import Link
from ci_scriptcheck.project.assembly.assignment import Candidate, Consumer, pair
from ci_scriptcheck.project.assembly.wiring import Choices, wire
from ci_scriptcheck.project.declared import (
    DeclaredNode,
    DeclaredPipeline,
    DeclaredPort,
    DeclaredStep,
)

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import Finding


def reads(name: str, **given: object) -> DeclaredPort:
    return DeclaredPort(name=name, parameter=name, **given)  # type: ignore[arg-type]


writes = reads


def a_step(
    name: str, inputs: tuple[DeclaredPort, ...] = (), outputs: tuple[DeclaredPort, ...] = ()
) -> DeclaredStep:
    return DeclaredStep(name=name, inputs=inputs, outputs=outputs)


def a_pipeline(
    *edges: tuple[str, str], lone: tuple[str, ...] = (), links: tuple[Link, ...] = ()
) -> DeclaredPipeline:
    """A node is named after its step, and after `_` comes the type of its job."""
    names = dict.fromkeys([name for edge in edges for name in edge] + list(lone))
    return DeclaredPipeline(
        name="daily",
        nodes=tuple(
            DeclaredNode(name=name, step=name.split("_")[0], suffix=name.partition("_")[2])
            for name in names
        ),
        edges=edges,
        links=links,
    )


def steps(*declared: DeclaredStep) -> dict[str, DeclaredStep]:
    return {step.name: step for step in declared}


def written(links: tuple[Link, ...]) -> list[str]:
    return [f"{a.producer}.{a.output} -> {a.consumer}.{a.input}" for a in links]


def rules(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


LOAD = a_step("Load", outputs=(writes("data"),))


def test_ports_of_equal_names_are_joined() -> None:
    train = a_step("Train", (reads("data"),))

    links, findings = wire(a_pipeline(("Load", "Train")), steps(LOAD, train))

    assert written(links) == ["Load.data -> Train.data"]
    assert findings == ()


def test_a_name_among_the_aliases_of_an_output_joins_too() -> None:
    load = a_step("Load", outputs=(writes("data", aliases=("orders",)), writes("log")))
    train = a_step("Train", (reads("orders"),))

    links, _ = wire(a_pipeline(("Load", "Train")), steps(load, train))

    assert written(links) == ["Load.data -> Train.orders"]


def test_a_compatible_source_that_shares_a_keyword_is_surer_than_one_that_does_not() -> None:
    load = a_step(
        "Load", outputs=(writes("a", keywords=("log",)), writes("b", keywords=("rows",)))
    )
    train = a_step("Train", (reads("table", sources=("Load",), keywords=("rows",)),))

    links, findings = wire(a_pipeline(("Load", "Train")), steps(load, train))

    assert written(links) == ["Load.b -> Train.table"]
    assert findings == ()


def test_an_output_of_another_kind_is_never_joined() -> None:
    fit = a_step("Fit", outputs=(writes("data", kind="model"),))
    train = a_step("Train", (reads("data", accepts=("table",)),))

    links, findings = wire(a_pipeline(("Fit", "Train")), steps(fit, train))

    assert links == ()
    assert rules(findings) == ["SC103", "SC105"]


def test_only_nodes_directly_before_feed_a_node() -> None:
    middle = a_step("Middle", (reads("data"),), (writes("other"),))
    train = a_step("Train", (reads("data"),))

    links, findings = wire(
        a_pipeline(("Load", "Middle"), ("Middle", "Train")), steps(LOAD, middle, train)
    )

    assert written(links) == ["Load.data -> Middle.data"]
    assert [finding.subject for finding in findings] == ["Train.data", "Middle -> Train"]


def test_two_outputs_that_fit_one_input_equally_are_a_finding_and_not_a_guess() -> None:
    score = a_step("Score", outputs=(writes("curve"), writes("table")))
    ship = a_step("Ship", (reads("model", required=False, sources=("Score",)),))

    links, findings = wire(a_pipeline(("Score", "Ship")), steps(score, ship))

    assert links == ()
    assert [finding.message for finding in findings] == [
        "`Score -> Ship` could join `curve` to `model` or `table` to `model`"
    ]
    assert findings[0].advice == "say which: `steps: {Ship: {inputs: {model: {from: curve}}}}`"


def test_one_line_of_configuration_settles_a_tie() -> None:
    score = a_step("Score", outputs=(writes("curve"), writes("table")))
    ship = a_step("Ship", (reads("model", sources=("Score",)),))

    links, findings = wire(
        a_pipeline(("Score", "Ship")),
        steps(score, ship),
        Choices(suppliers={("Ship", "model"): "table"}),
    )

    assert written(links) == ["Score.table -> Ship.model"]
    assert findings == ()


def test_two_suppliers_of_one_input_are_told_apart_by_the_type_of_job() -> None:
    train = a_step("Train", (reads("data"),))
    edges = (("Load_test", "Train_test"), ("Load_train", "Train_test"))

    links, _ = wire(a_pipeline(*edges), steps(LOAD, train))

    assert written(links) == ["Load_test.data -> Train_test.data"]


def test_the_own_jobs_data_goes_to_the_required_input() -> None:
    clean = a_step(
        "Clean",
        (reads("data"), reads("table", required=False)),
        (writes("data"), writes("table")),
    )
    edges = (("Clean_test", "Apply_test"), ("Clean_train", "Apply_test"))
    apply = a_step("Apply", (reads("data"), reads("table", required=False)))

    links, findings = wire(a_pipeline(*edges), steps(clean, apply))

    assert written(links) == [
        "Clean_test.data -> Apply_test.data",
        "Clean_train.table -> Apply_test.table",
    ]
    assert [finding.rule for finding in findings if finding.step == "Apply"] == []


def test_a_weak_candidate_does_not_feed_an_optional_input_when_its_edge_is_used() -> None:
    load = a_step("Load", outputs=(writes("data"), writes("log")))
    train = a_step("Train", (reads("data"), reads("extra", required=False, sources=("Load",))))

    links, _ = wire(a_pipeline(("Load", "Train")), steps(load, train))

    assert written(links) == ["Load.data -> Train.data"]


def test_links_that_the_file_spells_out_stay_and_use_up_their_ports() -> None:
    load = a_step("Load", outputs=(writes("data"), writes("extra")))
    train = a_step("Train", (reads("data"), reads("more", required=False, sources=("Load",))))
    spelled = Link(producer="Load", output="extra", consumer="Train", input="data")

    links, findings = wire(a_pipeline(("Load", "Train"), links=(spelled,)), steps(load, train))

    assert written(links) == ["Load.extra -> Train.data"]
    assert findings == ()


def test_a_required_input_that_no_node_writes_is_a_finding_unless_it_is_external() -> None:
    train = a_step("Train", (reads("data"), reads("rates")))
    pipeline = a_pipeline(("Load", "Train"))

    _, findings = wire(pipeline, steps(LOAD, train))
    _, with_dataset = wire(
        pipeline, steps(LOAD, train), Choices(external=frozenset({("Train", "rates")}))
    )

    assert [finding.subject for finding in findings] == ["Train.rates"]
    assert with_dataset == ()


def test_a_node_takes_the_contract_of_its_type_of_job() -> None:
    strict = a_step("Train", (reads("data"), reads("table")))
    train = DeclaredStep(name="Train", inputs=(reads("data"),), variants={"test": strict})
    edges = (("Load", "Train_test"), ("Load", "Train_train"))

    _, findings = wire(a_pipeline(*edges), steps(LOAD, train))

    assert [finding.subject for finding in findings] == ["Train_test.table"]


def test_a_circle_is_reported_with_its_way() -> None:
    pipeline = a_pipeline(("A", "B"), ("B", "C"), ("C", "A"), ("C", "D"))

    _, findings = wire(pipeline, steps(*(a_step(name) for name in "ABCD")))

    assert [finding.message for finding in findings if finding.rule == "SC104"] == [
        "A -> B -> C -> A is a circle"
    ]


def test_a_node_that_is_joined_to_nothing_is_reported() -> None:
    train = a_step("Train", (reads("data"),))

    _, findings = wire(
        a_pipeline(("Load", "Train"), lone=("Wiki",)), steps(LOAD, train, a_step("Wiki"))
    )

    assert [(finding.rule, finding.subject) for finding in findings] == [("SC111", "Wiki")]


def test_two_nodes_that_share_the_joints_of_one_are_reported() -> None:
    score = a_step("Score", (reads("data"),), (writes("scores"),))
    report = a_step("Report", (reads("scores"),))

    _, findings = wire(
        a_pipeline(("Load", "Score"), ("Score_final", "Report")), steps(LOAD, score, report)
    )

    assert findings[0].message == "`Score` and `Score_final` seem to be meant as one node"
    assert rules(findings) == ["SC111", "SC103"]


def test_a_node_of_an_unknown_step_is_reported_with_the_nearest_name() -> None:
    _, findings = wire(a_pipeline(("Load", "Tarin")), steps(LOAD, a_step("Train")))

    assert [(finding.rule, finding.advice) for finding in findings] == [
        ("SC112", "did you mean `Train`?")
    ]


PORTS = st.sampled_from(["a", "b", "c"])


@given(
    st.lists(
        st.builds(
            lambda producer, output, target, tier: Candidate(
                link=Link(producer=producer, output=output, consumer="C", input=target),
                tier=tier,
                strong=tier <= 2,
            ),
            st.sampled_from(["P", "Q_x"]),
            PORTS,
            PORTS,
            st.integers(1, 4),
        ),
        unique_by=lambda item: item.link,
        max_size=7,
    ),
    st.frozensets(PORTS),
)
def test_the_pairing_is_the_one_that_trying_everything_finds(
    candidates: list[Candidate], required: frozenset[str]
) -> None:
    suffixes = {"P": "", "Q_x": "x", "C": ""}
    by_input = {
        name: [None, *(item for item in candidates if item.link.input == name)] for name in "abc"
    }
    scored: dict[frozenset[Link], tuple[int, ...]] = {}
    for choice in product(*by_input.values()):
        chosen = [item for item in choice if item is not None]
        if len({(item.link.producer, item.link.output) for item in chosen}) < len(chosen):
            continue
        alike = [item.link.input for item in chosen if not suffixes[item.link.producer]]
        scored[frozenset(item.link for item in chosen)] = (
            sum(item.link.input in required for item in chosen),
            len({item.link.producer for item in chosen}),
            sum(item.strong for item in chosen),
            -sum(item.tier for item in chosen),
            sum(name in required for name in alike),
            len(alike),
        )
    best = [links for links, score in scored.items() if score == max(scored.values())]

    pairing = pair(tuple(candidates), Consumer(required=required, suffixes=suffixes))

    assert set(pairing.links) == frozenset.intersection(*best)
    assert bool(pairing.contested) == (len(best) > 1)


def test_of_the_steps_that_could_feed_an_input_those_of_the_pipeline_are_named() -> None:
    load = a_step("Load", outputs=(writes("rows"),))
    show = a_step("Show", (reads("rows"),))
    train = a_step("Train", (reads("table", sources=("Fetch", "Load", "Make")),))
    known = steps(load, show, train, a_step("Fetch"), a_step("Make"))

    _, (here,) = wire(a_pipeline(("Load", "Show"), lone=("Train",)), known)
    _, (nowhere,) = wire(a_pipeline(lone=("Train",)), known)

    outside = "or mark `table` as `external: true` with a dataset"
    assert here.advice == f"join `Load`, {outside}"
    assert nowhere.advice == f"join one of `Fetch`, `Load`, `Make`, {outside}"
