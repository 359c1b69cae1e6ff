#!/usr/bin/python3
"""Golden values for tests/core/random.cpp: SplitMix64's finaliser and xoshiro256**, written from the authors' papers with Python's integers.

Run it and paste what it prints."""

MASK = 2**64 - 1


def mix(word):
    word = (word + 0x9E3779B97F4A7C15) & MASK
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


def rotate(word, by):
    return ((word << by) | (word >> (64 - by))) & MASK


def stream(seed, worker, epoch):
    key = mix((mix((mix(seed) + worker) & MASK) + epoch) & MASK)
    state = []
    for _ in range(4):
        key = mix(key)
        state.append(key)
    while True:
        yield rotate((state[1] * 5) & MASK, 7) * 9 & MASK
        shifted = (state[1] << 17) & MASK
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = rotate(state[3], 45)


print("mix:", ", ".join(f"0x{mix(word):016X}" for word in (0, 1, MASK)))
for key in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (42, 7, 3)):
    numbers = stream(*key)
    first = [next(numbers) for _ in range(4)]
    print(key, ", ".join(f"0x{number:016X}" for number in first))
