"""wp.static() whose results are known when the function is declared."""

import warp as wp

TABLE = {"width": 4, "scales": [0.5, 0.25]}


@wp.func
def plus(x: float):
    return x + 1.0


@wp.func
def minus(x: float):
    return x - 1.0


def make(name, chosen):
    @wp.kernel
    def kernel(x: wp.array(dtype=float), label: wp.array(dtype=wp.vec4)):
        i = wp.tid()
        for _ in range(wp.static(TABLE["width"] * 8)):
            x[i] = wp.static(chosen)(x[i]) * wp.static(sum(TABLE["scales"]))
        label[i] = wp.static(wp.vec4(1.0, 2.0, 3.0, float(len(name))))

    return kernel


FUNCTIONS = [plus, minus]


@wp.func
def weighted(x: float):
    total = float(0.0)
    for i in range(20):
        total += x * wp.static(TABLE["width"] / (i + 1.0))
    return total


@wp.kernel
def deferred(x: wp.array(dtype=float)):
    tid = wp.tid()
    width = wp.static(TABLE["width"])
    for i in range(2):
        for j in range(wp.static(i + 1)):
            x[tid] = wp.static(FUNCTIONS[i])(x[tid]) + weighted(x[tid]) * wp.static(float(i - j))
    if wp.static(width > 3):
        x[tid] = -wp.static(TABLE["scales"][0])


FIRST = make("a", plus)
SECOND = make("bcd", minus)
