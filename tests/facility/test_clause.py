from facility.clause import CLAUSES, GROUPS

COUNTS = {"EQ": 8, "MP": 4, "ER": 5, "FI": 3, "AP": 4, "IN": 3, "RS": 4, "LA": 2, "KP": 2}


def test_every_clause_of_the_manual_is_there() -> None:
    wanted = [f"{group}-{number}" for group, count in COUNTS.items() for number in range(1, count + 1)]
    assert list(CLAUSES) == wanted
    assert set(GROUPS) == set(COUNTS)


def test_every_clause_is_written_in_both_languages() -> None:
    for clause in CLAUSES.values():
        assert clause.text.zh
        assert clause.text.en
        assert bool(clause.limit.zh) == bool(clause.limit.en)
        assert clause.group in GROUPS
