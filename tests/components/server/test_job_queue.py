"""The job queue: one heavy job at a time, in the order they came; pausing, stopping, resting and ending."""

import threading
from dataclasses import dataclass, field

import pytest

from components.server.job_queue import AWAY, CLOSED, GONE, NO_MEMORY, UNKNOWN, JobQueue
from mdp_core.tokens.device import CPU, Device, DeviceFullError

NOT_ENOUGH = "did not suffice: fewer texts, fewer tokens or a shorter prompt need less. What was done before is kept."


@dataclass
class Hand:
    """Work whose every step waits to be let go."""

    steps: int = 3
    left: float | None = 10.0
    error: Exception | None = None
    done: int = 0
    closed: bool = False
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    finished: threading.Event = field(default_factory=threading.Event)

    def step(self):
        self.begun.release()
        assert self.go.acquire(timeout=10)
        if self.error is not None:
            raise self.error
        self.done += 1
        return self.done < self.steps

    def close(self):
        assert not self.closed
        self.closed = True
        self.finished.set()

    def enters(self):
        """It is at a step now."""
        assert self.begun.acquire(timeout=10)

    def ends(self):
        assert self.finished.wait(10)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue(clock):
    return JobQueue(clock)


def test_heavy_jobs_are_worked_on_one_at_a_time_in_the_order_they_came(queue):
    hands = [Hand(steps=1, left=10.0 * n) for n in (1, 2, 3)]
    first, second, third = (queue.begin(hand, "heavy") for hand in hands)
    hands[0].enters()
    assert [job.state for job in (first, second, third)] == ["running", "queued", "queued"]
    assert [job.position for job in (first, second, third)] == [0, 1, 2]
    assert (second.wait, third.wait) == (10.0, 30.0)
    hands[0].go.release()
    hands[0].ends()
    hands[1].enters()
    assert (first.state, second.state, third.position) == ("done", "running", 1)
    assert hands[2].done == 0
    for hand in hands[1:]:
        hand.go.release()
        hand.ends()
    assert len(queue) == 0


def test_a_light_job_does_not_wait_behind_a_heavy_one(queue):
    heavy, light = Hand(steps=1), Hand(steps=1)
    queue.begin(heavy, "heavy")
    heavy.enters()
    job = queue.begin(light, "light")
    light.enters()
    light.go.release()
    light.ends()
    assert (job.state, heavy.done) == ("done", 0)
    heavy.go.release()
    heavy.ends()


def test_a_paused_job_lets_the_next_one_in_and_queues_again(queue):
    first, second = Hand(), Hand()
    one, two = queue.begin(first, "heavy"), queue.begin(second, "heavy")
    first.enters()
    one.pause()
    assert (one.state, two.state) == ("paused", "queued")  # the step that is being done is finished first
    first.go.release()
    second.enters()
    assert (first.done, two.state) == (1, "running")
    one.resume()
    assert (one.state, one.position) == ("queued", 1)
    two.stop()
    second.go.release()
    second.ends()
    first.enters()
    assert (one.state, two.state, second.done) == ("running", "stopped", 1)
    one.stop()
    first.go.release()
    first.ends()


def test_a_job_that_is_paused_and_resumed_within_a_step_is_never_worked_on_twice(queue):
    hand = Hand(steps=2)
    job = queue.begin(hand, "light")
    hand.enters()
    job.pause()
    job.resume()
    assert job.state == "queued"
    assert not hand.begun.acquire(timeout=0.05)  # no second thread is at it
    hand.go.release()
    hand.enters()
    hand.go.release()
    hand.ends()
    assert (job.state, hand.done) == ("done", 2)


def test_a_job_rests_while_nobody_looks_and_goes_on_when_somebody_does(queue, clock):
    hand, other = Hand(), Hand()
    job, next_job = queue.begin(hand, "heavy"), queue.begin(other, "heavy")
    hand.enters()
    clock.now = AWAY + 1
    next_job.look()
    queue.sweep()
    assert (job.state, job.resting, next_job.state) == ("paused", True, "queued")
    hand.go.release()
    other.enters()
    job.look()
    assert (job.state, job.resting) == ("queued", False)
    clock.now += GONE + 1
    queue.sweep()
    for each in (hand, other):
        each.go.release()
        each.ends()
    assert [(each.state, each.abandoned) for each in (job, next_job)] == [("stopped", True)] * 2


def test_a_job_that_the_visitor_paused_is_not_resumed_by_a_look(queue):
    hand = Hand()
    job = queue.begin(hand, "light")
    hand.enters()
    job.pause()
    job.look()
    assert job.state == "paused"
    job.stop()
    hand.go.release()
    hand.ends()


def test_the_job_of_a_closed_tab_ends_soon(queue, clock):
    hand, there = Hand(), [True]
    job = queue.begin(hand, "light", lambda: there[0])
    hand.enters()
    clock.now = CLOSED + 1
    queue.sweep()
    assert job.state == "running"
    there[0] = False
    queue.sweep()
    assert (job.state, job.abandoned) == ("stopped", True)
    hand.go.release()
    hand.ends()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("The score is no number."), "The score is no number."),
        (MemoryError(), NO_MEMORY),
        (DeviceFullError(Device("cuda", title="the NVIDIA H200")), f"The memory of the NVIDIA H200 {NOT_ENOUGH}"),
        (DeviceFullError(CPU), f"The memory of this machine {NOT_ENOUGH}"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"), NO_MEMORY),
        (RuntimeError("/secret/path"), UNKNOWN),
    ],
)
def test_what_goes_wrong_is_said_and_the_next_one_goes_on(queue, error, said):
    broken, well = Hand(error=error), Hand(steps=1)
    job, after = queue.begin(broken, "heavy"), queue.begin(well, "heavy")
    broken.enters()
    broken.go.release()
    broken.ends()
    well.enters()
    assert (job.state, job.problem, job.error) == ("failed", said, error)
    assert after.state == "running"
    well.go.release()
    well.ends()


def test_a_queued_job_that_is_stopped_is_let_go_at_once(queue):
    first, second = Hand(steps=1), Hand()
    queue.begin(first, "heavy")
    first.enters()
    job = queue.begin(second, "heavy")
    job.stop()
    assert (second.closed, second.done) == (True, 0)
    first.go.release()
    first.ends()
