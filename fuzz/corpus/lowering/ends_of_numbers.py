import warp as wp


@wp.kernel
def k(a: wp.array(dtype=float)):
    for i in range(-9223372036854775808, 9223372036854775807):
        a[0] = 1.0
    for i in range(9223372036854775807, -9223372036854775808, -9223372036854775807):
        a[0] = 1.0
