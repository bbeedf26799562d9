"""The next block is read while the present one is in use."""

import threading

__all__ = ["ReadingAhead"]


class ReadingAhead:
    """A slow function of a key, called ahead of time in a thread for the key that comes next.

    Which key comes next is learned: the one that came after this one the last time. A wrong guess
    costs time and changes nothing. The thread ends with its one call, so that none is left running;
    the function is never called twice at once.

    Parameters
    ----------
    read : function
        Takes the entries of a key, a tuple. What it raises is raised where its result is asked for.
    guess : function, optional
        Takes a key; returns the key to expect after it as long as nothing is learned, or None.
    """

    def __init__(self, read, guess=None):
        self.read, self.guess = read, guess
        self._follower, self._last, self._call = {}, None, None

    def __call__(self, key):
        """Return the result for `key`, and begin the next call."""
        result = self.now(key)
        self._follower[self._last], self._last = key, key
        after = self._expected(key)
        self._call = None if after is None else _Call(self.read, after)
        return result

    def _expected(self, key):
        if key in self._follower or self.guess is None:
            return self._follower.get(key)
        return self.guess(key)

    def now(self, key):
        """Return the result for `key`, from the thread if it was asked for it."""
        call, self._call = self._call, None
        if call is not None:
            call.thread.join()
            # In a process forked from the one that began it, the call never ends.
            if call.key == key and call.ended:
                return call.result()
        return self.read(*key)

    def wait(self):
        """Let the call under way, if there is one, come to its end."""
        if self._call is not None:
            self._call.thread.join()

    def __getstate__(self):
        return dict(vars(self), _call=None)     # a copy reads for itself


class _Call:
    """One call in a thread of its own."""

    def __init__(self, read, key):
        self.key, self.ended, self._value, self._error = key, False, None, None
        self.thread = threading.Thread(target=self._run, args=(read,), name=f"read {key}")
        self.thread.start()

    def _run(self, read):
        try:
            self._value = read(*self.key)
        except BaseException as error:      # the caller's thread is the one to raise it
            self._error = error
        self.ended = True

    def result(self):
        if self._error is not None:
            raise self._error
        return self._value
