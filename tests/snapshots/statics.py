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


FIRST = make("a", plus)
SECOND = make("bcd", minus)
