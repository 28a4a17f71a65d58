"""A pool of different texts: what it holds, whoever asks for more."""

import threading

from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_pool import TextPool

TEXT = TextScenario(max_tokens=8)


def test_two_threads_that_ask_for_texts_get_those_that_one_would_get(pocket):
    alone, shared = TextPool(pocket, TEXT, 16), TextPool(pocket, TEXT, 16)
    while alone.needs(40):
        alone.work()

    def ask():
        while shared.needs(40):
            shared.work()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (shared.texts, shared.written, shared.problem) == (alone.texts, alone.written, "")


def test_a_pool_that_has_no_more_texts_says_so_and_stays_at_it(pocket):
    pool = TextPool(pocket, TextScenario(max_tokens=4, temperature=0.0), 16)
    while pool.needs(2):
        pool.work()
    pool.work()
    assert (len(pool.texts), pool.written) == (1, 32)
    assert pool.problem.startswith("The model wrote 32 texts after this prompt, and 1 of them differ")
