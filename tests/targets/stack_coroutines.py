"""Coroutines on the stack: await chains, async for and with, a task of asyncio."""
import asyncio

from target import ready, wait


def delegate(n):
    yield from deeper(n)


def deeper(n):
    ready(); wait()
    yield n


class Awaitable:
    def __await__(self):
        ready(); wait()
        yield


class Manager:
    async def __aenter__(self):
        await Awaitable()

    async def __aexit__(self, *exc):
        ready(); wait()


async def ticks(n):
    for i in range(n):
        yield i
        ready(); wait()


async def chain(depth):
    if depth:
        return await chain(depth - 1)
    async with Manager():
        async for _ in ticks(1):
            pass
    return [x async for x in ticks(1)]


async def main():
    await chain(3)
    await asyncio.gather(asyncio.ensure_future(chain(0)))


list(delegate(1))
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
if hasattr(asyncio, "run"):
    asyncio.run(main())
