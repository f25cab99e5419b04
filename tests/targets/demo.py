"""What `make demo` looks at: draws the Mandelbrot set, counts words, solves eight queens."""
import collections
import itertools


def mandelbrot(width, height):
    return ["".join(" .:-=+*#%@"[escape(complex(x * 3.0 / width - 2, y * 2.0 / height - 1))]
                    for x in range(width)) for y in range(height)]


def escape(c):
    z = 0
    for n in range(90):
        if abs(z) > 2:
            return n // 10
        z = z * z + c
    return 9


def count_words(lines):
    counts = collections.Counter()
    for line in lines:
        for word in line.split():
            counts[word] += 1
    return counts


def queens(size):
    return sum(is_safe(rows) for rows in itertools.permutations(range(size)))


def is_safe(rows):
    return len({row + i for i, row in enumerate(rows)}) == len(rows) == \
        len({row - i for i, row in enumerate(rows)})


def main():
    while True:
        count_words(mandelbrot(120, 40))
        queens(7)


main()
