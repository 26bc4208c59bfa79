"""Which requests a fault hits."""

from __future__ import annotations

from local_cloud.runtime.network.faults import Fault, FaultKind, Faults

OUTAGE = frozenset({FaultKind.UNAVAILABLE})


def test_without_faults_nothing_is_hit() -> None:
    assert Faults().strike("/secrets/A", OUTAGE) is None


def test_a_counted_fault_ends_by_itself() -> None:
    faults = Faults()
    faults.add(FaultKind.UNAVAILABLE, count=2)
    assert [faults.strike("/", OUTAGE) is not None for _ in range(3)] == [True, True, False]


def test_a_fault_hits_its_paths_only() -> None:
    faults = Faults()
    faults.add(FaultKind.UNAVAILABLE, path="/secrets/A*")
    assert [faults.strike(path, OUTAGE) is not None for path in ("/secrets/A/", "/secrets/B")] == [True, False]


def test_a_fault_of_another_kind_is_not_counted() -> None:
    faults = Faults()
    fault = faults.add(FaultKind.HANG, count=1)
    faults.strike("/", OUTAGE)
    assert fault.count == 1


def test_a_probable_fault_hits_its_share() -> None:
    chances = iter([0.1, 0.6, 0.49])
    faults = Faults(chance=lambda: next(chances))
    faults.add(FaultKind.UNAVAILABLE, probability=0.5)
    assert [faults.strike("/", OUTAGE) is not None for _ in range(3)] == [True, False, True]


def test_a_removed_fault_ends_and_the_others_stay() -> None:
    faults = Faults()
    first, second = faults.add(FaultKind.UNAVAILABLE), faults.add(FaultKind.UNAVAILABLE)
    faults.remove(first)
    assert faults.strike("/", OUTAGE) is second


def test_every_change_is_announced() -> None:
    seen: list[tuple[Fault, ...]] = []
    faults = Faults(changed=seen.append)
    fault = faults.add(FaultKind.HANG)
    faults.clear()
    assert seen == [(fault,), ()]
