import warp as wp
@wp.struct
class S0:
    a: float
    b: float
@wp.struct
class S1:
    a: S0
    b: S0
@wp.struct
class S2:
    a: S1
    b: S1
@wp.struct
class S3:
    a: S2
    b: S2
@wp.struct
class S4:
    a: S3
    b: S3
@wp.struct
class S5:
    a: S4
    b: S4
@wp.struct
class S6:
    a: S5
    b: S5
@wp.struct
class S7:
    a: S6
    b: S6
@wp.struct
class S8:
    a: S7
    b: S7
@wp.struct
class S9:
    a: S8
    b: S8
@wp.struct
class S10:
    a: S9
    b: S9
@wp.struct
class S11:
    a: S10
    b: S10
@wp.struct
class S12:
    a: S11
    b: S11
@wp.struct
class S13:
    a: S12
    b: S12
@wp.struct
class S14:
    a: S13
    b: S13
@wp.struct
class S15:
    a: S14
    b: S14
@wp.struct
class S16:
    a: S15
    b: S15
@wp.struct
class S17:
    a: S16
    b: S16
@wp.struct
class S18:
    a: S17
    b: S17
@wp.struct
class S19:
    a: S18
    b: S18
@wp.struct
class S20:
    a: S19
    b: S19
@wp.struct
class S21:
    a: S20
    b: S20
@wp.struct
class S22:
    a: S21
    b: S21
@wp.struct
class S23:
    a: S22
    b: S22
@wp.struct
class S24:
    a: S23
    b: S23
@wp.struct
class S25:
    a: S24
    b: S24
@wp.struct
class S26:
    a: S25
    b: S25
@wp.struct
class S27:
    a: S26
    b: S26
@wp.struct
class S28:
    a: S27
    b: S27
@wp.struct
class S29:
    a: S28
    b: S28
@wp.struct
class S30:
    a: S29
    b: S29
@wp.struct
class S31:
    a: S30
    b: S30
@wp.struct
class S32:
    a: S31
    b: S31
@wp.struct
class S33:
    a: S32
    b: S32
@wp.struct
class S34:
    a: S33
    b: S33
@wp.struct
class S35:
    a: S34
    b: S34
@wp.struct
class S36:
    a: S35
    b: S35
@wp.struct
class S37:
    a: S36
    b: S36
@wp.struct
class S38:
    a: S37
    b: S37
@wp.struct
class S39:
    a: S38
    b: S38
@wp.kernel
def k(s: S39, x: wp.array(dtype=S39)):
    x[0] = s
