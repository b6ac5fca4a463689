"""dask's client, but for what becomes of scattered data and of wrong addresses."""

import asyncio
import sys
from contextlib import contextmanager

import dask
from distributed import Client


class LastingClient(Client):
    """A client whose scattered data outlive the workers that hold them.

    Data that `distributed.Client` scatters are nowhere but on the workers: where one dies, what it
    alone held is lost, and with it every task that waits for it. joblib scatters the arguments of
    its tasks. Here they are the result of a task that returns them, which the scheduler keeps and
    has done again on another worker.
    """

    def scatter(self, data, workers=None, *, hash=True, asynchronous=None, **options):
        """Send data to workers, to each once it has a task that needs them.

        As `distributed.Client.scatter`; `broadcast`, `direct` and `timeout` have no effect.
        """
        with _any_size_accepted():
            futures = self._scatter_as_results(data, workers=workers, pure=hash)
        return _awaitable(futures) if asynchronous else futures

    async def _ensure_connected(self, timeout=None):
        # dask waits for ever for a server that is no scheduler to answer. Its own errors, which
        # are more precise, have one more second to come first.
        try:
            async with asyncio.timeout(None if timeout is None else timeout + 1):
                await super()._ensure_connected(timeout)
        except ValueError:
            # The address is malformed. dask would otherwise stay in force, connected to nothing.
            await self._close()
            raise
        except TimeoutError as error:
            raise TimeoutError(
                f"No scheduler of dask has answered at {self.scheduler.address} in {timeout:g} s."
            ) from error

    def _scatter_as_results(self, data, **options):
        if isinstance(data, dict):
            return {
                key: self.submit(_itself, value, key=key, **options) for key, value in data.items()
            }
        if isinstance(data, (list, tuple, set, frozenset)):
            return type(data)(self.submit(_itself, value, **options) for value in data)
        return self.submit(_itself, data, **options)


@contextmanager
def _any_size_accepted():
    # dask warns of data in a task's arguments, which is what these are meant to be.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": sys.maxsize}):
        yield


def _itself(data):
    return data


async def _awaitable(futures):
    return futures
