"""A reader of recordings written from docs/RECORDING.md alone: it shares no code with sonde."""
import collections
import struct
import zlib

import zstandard

MAGIC = b"\x89SONDE\r\n"
PIECES = {b"DICT": 1, b"SRCS": 1, b"RUNS": 5, b"FACT": 1, b"DONE": 0}

Function = collections.namedtuple("Function", "kind name path file first last")
Run = collections.namedtuple("Run", "thread stack start_ns time_ns samples state flags")


class Numbers(object):
    def __init__(self, data):
        self.data, self.at = data, 0

    def __bool__(self):
        return self.at < len(self.data)

    def take(self, size):
        self.at += size
        assert self.at <= len(self.data)
        return self.data[self.at - size:self.at]

    def number(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self):
        value = self.number()
        return value >> 1 ^ -(value & 1)


class Recording(object):
    def __init__(self, data):
        assert data[:8] == MAGIC
        version, self.unit_ns, self.slot_units, crc = struct.unpack("<IIII", data[8:24])
        assert version == 1 and crc == zlib.crc32(data[:20])
        self.strings, self.functions, self.frames = [""], [], []
        self.stacks = [None]
        self.processes, self.threads, self.facts, self.sources = {}, {}, {}, {}
        self.runs, self.looks, self.moment = [], 0, 0
        self.open = {}
        self.whole = False
        self._streams = collections.defaultdict(
            lambda: zstandard.ZstdDecompressor(max_window_size=1 << 18).decompressobj())
        at = 24
        while at < len(data):
            kind, (length, crc) = data[at:at + 4], struct.unpack("<II", data[at + 4:at + 12])
            body = data[at + 12:at + 12 + length]
            if len(body) < length or zlib.crc32(data[at:at + 8] + body) != crc:
                break
            at += 12 + length
            if kind not in PIECES and kind[:1].islower():
                continue
            self._block(kind, Numbers(body))
            if self.whole:
                break
        for thread in list(self.open):
            self._close(thread)

    def _block(self, kind, body):
        pieces = []
        for i in range(PIECES[kind]):
            packed, unpacked = body.number(), body.number()
            chars = body.take(packed)
            piece = self._streams[kind, i].decompress(chars) if packed else b""
            assert len(piece) == unpacked
            pieces.append(Numbers(piece))
        assert not body
        if kind == b"DICT":
            self._items(pieces[0])
        elif kind == b"RUNS":
            self._runs(*pieces)
        elif kind == b"FACT":
            self._facts(pieces[0])
        elif kind == b"SRCS":
            self._sources(pieces[0])
        self.whole = kind == b"DONE"

    def _items(self, of):
        while of:
            tag = of.take(1)[0]
            if tag == 1:
                self.strings.append(of.take(of.number()).decode())
            elif tag == 2:
                kind, name, path, file = (of.number() for _ in range(4))
                first = of.signed()
                self.functions.append(Function(kind, self.strings[name], self.strings[path],
                                               self.strings[file], first, first + of.signed()))
            elif tag == 3:
                function = of.number()
                self.frames.append((function, of.signed() + self.functions[function].first))
            elif tag == 4:
                parent = len(self.stacks) - of.number()
                self.stacks.append((parent, of.number()))
            elif tag == 5:
                number, pid, parent = of.number(), of.signed(), of.signed()
                self.processes[number] = (pid, parent) + tuple(
                    self.strings[of.number()] for _ in range(3))
            elif tag == 6:
                number, process, tid = of.number(), of.number(), of.signed()
                ident, interpreter = of.number(), of.signed()
                self.threads[number] = (process, tid, ident, interpreter,
                                        self.strings[of.number()])
            else:
                raise AssertionError("tag %d" % tag)

    def _close(self, thread):
        stack, look, start, first = self.open.pop(thread)
        if self.looks == first:
            return
        self.runs.append(Run(thread, stack, start * self.unit_ns,
                             (self.moment - start) * self.unit_ns, self.looks - first,
                             look & 15, look >> 4))

    def _runs(self, moments, phases, threads, stacks, states):
        while moments:
            looks, changes = moments.number(), moments.number()
            if looks:
                slot = self.moment // self.slot_units + looks + moments.signed()
                self.moment = slot * self.slot_units + phases.number()
                self.looks += looks
            gap = moments.number() if changes & 1 else 0
            for _ in range(changes >> 1):
                thread, look = threads.number(), states.take(1)[0]
                if thread in self.open:
                    self._close(thread)
                if look != 128:
                    self.open[thread] = (stacks.number(), look, self.moment + gap, self.looks)
            self.moment += gap
        assert not (phases or threads or stacks or states)

    def _facts(self, of):
        self.facts = {}
        while of:
            key = of.number()
            self.facts[key] = of.take(of.number()).decode() if key & 1 else of.number()

    def _sources(self, of):
        while of:
            path, line = self.strings[of.number()], of.number()
            self.sources[path, line] = of.take(of.number()).decode()

    def stack(self, number):
        """((function, line), ...) root first."""
        frames = []
        while number:
            number, frame = self.stacks[number]
            function, line = self.frames[frame]
            frames.append((self.functions[function], line))
        return tuple(reversed(frames))
