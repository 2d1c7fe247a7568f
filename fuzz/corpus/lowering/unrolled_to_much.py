import warp as wp


@wp.kernel
def k(a: wp.array(dtype=float)):
        for j in range(16):
            for l in range(16):
                for m in range(16):
                    for m in range(5):
                        for o in range(16):
                            a[o] = 1.0
