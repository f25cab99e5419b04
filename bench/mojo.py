"""Reads MOJO, the binary form in which austin 4 writes what it sampled: numbers of variable length
(six bits and a sign, then seven bits a byte), strings that end at a zero byte, and events that name
what came before."""

METADATA, STACK, FRAME, INVALID, FRAME_REF, KERNEL, GC, IDLE, TIME, MEMORY, STRING, STRING_REF = \
    range(1, 13)
UNKNOWN = 1  # the reference that names no string


class Reader(object):
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        byte = self.data[self.at]
        self.at += 1
        value, shift, sign = byte & 0x3F, 6, byte & 0x40
        while byte & 0x80:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
        return -value if sign else value

    def string(self):
        end = self.data.index(b"\0", self.at)
        text = self.data[self.at:end].decode("utf-8", "replace")
        self.at = end + 1
        return text


def stacks(data):
    """Every sample: the names of its functions from the root on, and whether it is whole."""
    if data[:3] != b"MOJ":
        raise ValueError("this is no MOJO file")
    reader = Reader(data)
    reader.at = 3
    reader.number()  # its version
    strings, frames = {UNKNOWN: "<unknown>"}, {}
    names, whole = None, True
    while reader.at < len(data):
        event = data[reader.at]
        reader.at += 1
        if event == METADATA:
            reader.string(), reader.string()
        elif event == STACK:
            if names is not None:
                yield names, whole
            names, whole = [], True
            reader.number(), reader.number(), reader.string()  # process, interpreter, thread
        elif event == FRAME:
            key, _, name = reader.number(), reader.number(), reader.number()
            for _ in range(4):
                reader.number()  # lines and columns
            frames[key] = name
        elif event == FRAME_REF:
            names.append(strings.get(frames.get(reader.number()), "<unknown>"))
        elif event == STRING:
            key = reader.number()
            strings[key] = reader.string()
        elif event == STRING_REF:
            reader.number()
        elif event == KERNEL:
            reader.string()
        elif event in (TIME, MEMORY):
            reader.number()
        elif event == INVALID:
            whole = False
        elif event not in (GC, IDLE):
            raise ValueError("byte %d is no event: %d" % (reader.at - 1, event))
    if names is not None:
        yield names, whole
