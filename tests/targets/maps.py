"""Maps memory and lets it go again, without end, in three threads at once."""
import threading

from target import say

try:
    import ctypes
except ImportError:
    ctypes = None

PROT_READ, PROT_WRITE = 1, 2
MAP_PRIVATE, MAP_ANONYMOUS = 0x02, 0x20
SIZE = 1 << 20


def churn():
    libc = ctypes.CDLL(None)
    map_, unmap = libc.mmap, libc.munmap
    map_.restype = ctypes.c_void_p
    map_.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                     ctypes.c_long]
    unmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    while True:
        unmap(map_(None, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), SIZE)


def main():
    if not ctypes:
        say(missing="ctypes")
        return
    for _ in range(2):
        thread = threading.Thread(target=churn)
        thread.daemon = True
        thread.start()
    say(missing=None)
    churn()


main()
