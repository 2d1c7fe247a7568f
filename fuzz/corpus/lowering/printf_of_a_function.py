"""print, printf and assert."""

import warp as wp


@wp.kernel
def show(a: wp.array(dtype=float), v: wp.array(dtype=wp.vec3), m: wp.mat22, q: wp.quat):
    i = wp.tid()
    print(a[i])
    print(v[i])
    print("text with \"quotes\" and a tab\t")
    print(i)
    print(m)
    print(q)

    wp.printf("nothing\n")
    wp.printf("%d %f %s256n", static, a[i], "end")

@wp.kernel
def check(a: wp.array(dtype=float), n: int):
    i = wp.tid()
    assert i < n
    assert i < n
    assert a[i] > 0.0, "must be positive"

