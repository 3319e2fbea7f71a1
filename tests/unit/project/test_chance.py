"""Signs of chance in code: generators seeded anew, and the order of sets."""

import pytest

from ci_scriptcheck.project.script.chance import Chance, seed_signs, signs

NEW_SEED = [
    "rng = np.random.default_rng()",
    "rng = np.random.default_rng(None)",
    "rng = default_rng(seed=None)",
    "rng = np.random.default_rng(time.time_ns())",
    "np.random.seed(int(time.time()))",
    "random.seed()",
    "random.Random().random()",
    "model = Forest(n_estimators=50, random_state=int(datetime.now().timestamp()))",
    "torch.manual_seed(os.getpid() + 1)",
]
SEEDED = [
    "rng = np.random.default_rng(42)",
    "rng = np.random.default_rng(settings['seed'])",
    "rng = default_rng(seed=seed)",
    "random.seed(7)",
    "model = Forest(random_state=None)",  # draws from the shared generator, which is watched
    "parser.seed()",
    "started = time.time()",
    "name = uuid.uuid4().hex",
]
IN_ORDER = [
    "columns = list(set(a) | set(b))",
    "names = set(a)\nfor name in names: print(name)",
    "text = ','.join({n.lower() for n in names})",
    "def f(a):\n    both = set(a) & set(b)\n    return [n for n in both]",
    "first = next(iter(frozenset(a)))",
    "ids = dict(enumerate(set(a)))",
    "frame[[*{'a', 'b'}]]",
    "for name in left.keys() & right.keys(): print(name)",
    "shard = hash(user) % 10",
    "one = set(a).pop()",
]
WITHOUT_ORDER = [
    "columns = sorted(set(a) | set(b))",
    "missing = set(a) - set(b)\nif missing: raise ValueError(sorted(missing))",
    "n = len(set(a))",
    "known = 'a' in {'a', 'b'}",
    "fits = all(name in frame for name in {'a', 'b'})",
    "total = sum(cost[n] for n in set(a))",
    "lower = {n.lower() for n in set(a)}",
    "for name in ['a', 'b']: print(name)",
    "class A:\n    def __hash__(self):\n        return hash(self.a)",
    "names = set()\nnames = [1]\nfor name in names: print(name)",
    "for name in",  # nothing that Python can read
]


def chances(source: str) -> set[Chance]:
    return {sign.chance for sign in signs(source)}


@pytest.mark.parametrize("source", NEW_SEED)
def test_a_generator_that_is_seeded_by_the_clock_or_by_nothing_is_a_sign(source: str) -> None:
    assert Chance.NEW_SEED in chances(source)


@pytest.mark.parametrize("source", SEEDED)
def test_a_generator_with_a_seed_is_none(source: str) -> None:
    assert chances(source) == set()


@pytest.mark.parametrize("source", IN_ORDER)
def test_what_goes_by_the_order_of_a_set_is_a_sign(source: str) -> None:
    assert chances(source) == {Chance.HASH_ORDER}


@pytest.mark.parametrize("source", WITHOUT_ORDER)
def test_a_set_whose_order_does_not_count_is_none(source: str) -> None:
    assert chances(source) == set()


def test_of_seeds_alone_can_be_asked() -> None:
    source = "import random\nrandom.seed()\nfor name in set(names): print(name)\n"

    assert [sign.chance for sign in seed_signs(source)] == [Chance.NEW_SEED]
    assert seed_signs("for name in set(names): print(name)") == ()


def test_a_sign_has_its_line() -> None:
    (sign,) = signs("import random\n\nrandom.seed()\n")

    assert sign.line == 3
