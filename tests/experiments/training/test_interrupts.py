import os
import signal
import threading

import pytest

from experiments.training.interrupts import stop_requests


@pytest.mark.usefixtures("heard_interrupts")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_asks_once_and_interrupts_the_second_time(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt, match=r"^$"), stop_requests() as asked:  # noqa: PT012
        assert not asked()
        os.kill(os.getpid(), number)
        assert asked()
        os.kill(os.getpid(), number)
        pytest.fail("the second one interrupts at once")
    assert signal.getsignal(number) is before


def test_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stop_requests() as asked:
            os.kill(os.getpid(), signal.SIGINT)
            assert not asked()
        with pytest.raises(KeyboardInterrupt), stop_requests() as asked:  # noqa: PT012
            os.kill(os.getpid(), signal.SIGTERM)
            assert asked()
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_leaves_signals_alone():
    found = []

    def look():
        with stop_requests() as asked:
            found.append((asked(), signal.getsignal(signal.SIGTERM)))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [(False, before)]


@pytest.mark.usefixtures("heard_interrupts")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_last_moment_is_not_lost(number):
    with pytest.raises(KeyboardInterrupt, match="stopped at the end"), stop_requests():
        os.kill(os.getpid(), number)


@pytest.mark.usefixtures("heard_interrupts")
def test_an_error_of_the_body_comes_before_a_request():
    with pytest.raises(ValueError, match="its own"), stop_requests():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        raise ValueError("its own")
