import warp as wp
@wp.func
def f0(x: float):
    return f1(x)
@wp.func
def f1(x: float):
    return f2(x)
@wp.func
def f2(x: float):
    return f3(x)
@wp.func
def f3(x: float):
    return f4(x)
@wp.func
def f4(x: float):
    return f5(x)
@wp.func
def f5(x: float):
    return f6(x)
@wp.func
def f6(x: float):
    return f7(x)
@wp.func
def f7(x: float):
    return f8(x)
@wp.func
def f8(x: float):
    return f9(x)
@wp.func
def f9(x: float):
    return f10(x)
@wp.func
def f10(x: float):
    return f11(x)
@wp.func
def f11(x: float):
    return f12(x)
@wp.func
def f12(x: float):
    return f13(x)
@wp.func
def f13(x: float):
    return f14(x)
@wp.func
def f14(x: float):
    return f15(x)
@wp.func
def f15(x: float):
    return f16(x)
@wp.func
def f16(x: float):
    return f17(x)
@wp.func
def f17(x: float):
    return f18(x)
@wp.func
def f18(x: float):
    return f19(x)
@wp.func
def f19(x: float):
    return f20(x)
@wp.func
def f20(x: float):
    return f21(x)
@wp.func
def f21(x: float):
    return f22(x)
@wp.func
def f22(x: float):
    return f23(x)
@wp.func
def f23(x: float):
    return f24(x)
@wp.func
def f24(x: float):
    return f25(x)
@wp.func
def f25(x: float):
    return f26(x)
@wp.func
def f26(x: float):
    return f27(x)
@wp.func
def f27(x: float):
    return f28(x)
@wp.func
def f28(x: float):
    return f29(x)
@wp.func
def f29(x: float):
    return f30(x)
@wp.func
def f30(x: float):
    return f31(x)
@wp.func
def f31(x: float):
    return f32(x)
@wp.func
def f32(x: float):
    return f33(x)
@wp.func
def f33(x: float):
    return f34(x)
@wp.func
def f34(x: float):
    return f35(x)
@wp.func
def f35(x: float):
    return f36(x)
@wp.func
def f36(x: float):
    return f37(x)
@wp.func
def f37(x: float):
    return f38(x)
@wp.func
def f38(x: float):
    return f39(x)
@wp.func
def f39(x: float):
    return f40(x)
@wp.func
def f40(x: float):
    return f41(x)
@wp.func
def f41(x: float):
    return f42(x)
@wp.func
def f42(x: float):
    return f43(x)
@wp.func
def f43(x: float):
    return f44(x)
@wp.func
def f44(x: float):
    return f45(x)
@wp.func
def f45(x: float):
    return f46(x)
@wp.func
def f46(x: float):
    return f47(x)
@wp.func
def f47(x: float):
    return f48(x)
@wp.func
def f48(x: float):
    return f49(x)
@wp.func
def f49(x: float):
    return f50(x)
@wp.func
def f50(x: float):
    return f51(x)
@wp.func
def f51(x: float):
    return f52(x)
@wp.func
def f52(x: float):
    return f53(x)
@wp.func
def f53(x: float):
    return f54(x)
@wp.func
def f54(x: float):
    return f55(x)
@wp.func
def f55(x: float):
    return f56(x)
@wp.func
def f56(x: float):
    return f57(x)
@wp.func
def f57(x: float):
    return f58(x)
@wp.func
def f58(x: float):
    return f59(x)
@wp.func
def f59(x: float):
    return f60(x)
@wp.func
def f60(x: float):
    return f61(x)
@wp.func
def f61(x: float):
    return f62(x)
@wp.func
def f62(x: float):
    return f63(x)
@wp.func
def f63(x: float):
    return f64(x)
@wp.func
def f64(x: float):
    return f65(x)
@wp.func
def f65(x: float):
    return f66(x)
@wp.func
def f66(x: float):
    return f67(x)
@wp.func
def f67(x: float):
    return f68(x)
@wp.func
def f68(x: float):
    return f69(x)
@wp.func
def f69(x: float):
    return f70(x)
@wp.func
def f70(x: float):
    return f71(x)
@wp.func
def f71(x: float):
    return f72(x)
@wp.func
def f72(x: float):
    return f73(x)
@wp.func
def f73(x: float):
    return f74(x)
@wp.func
def f74(x: float):
    return f75(x)
@wp.func
def f75(x: float):
    return f76(x)
@wp.func
def f76(x: float):
    return f77(x)
@wp.func
def f77(x: float):
    return f78(x)
@wp.func
def f78(x: float):
    return f79(x)
@wp.func
def f79(x: float):
    return f80(x)
@wp.func
def f80(x: float):
    return f81(x)
@wp.func
def f81(x: float):
    return f82(x)
@wp.func
def f82(x: float):
    return f83(x)
@wp.func
def f83(x: float):
    return f84(x)
@wp.func
def f84(x: float):
    return f85(x)
@wp.func
def f85(x: float):
    return f86(x)
@wp.func
def f86(x: float):
    return f87(x)
@wp.func
def f87(x: float):
    return f88(x)
@wp.func
def f88(x: float):
    return f89(x)
@wp.func
def f89(x: float):
    return f90(x)
@wp.func
def f90(x: float):
    return f91(x)
@wp.func
def f91(x: float):
    return f92(x)
@wp.func
def f92(x: float):
    return f93(x)
@wp.func
def f93(x: float):
    return f94(x)
@wp.func
def f94(x: float):
    return f95(x)
@wp.func
def f95(x: float):
    return f96(x)
@wp.func
def f96(x: float):
    return f97(x)
@wp.func
def f97(x: float):
    return f98(x)
@wp.func
def f98(x: float):
    return f99(x)
@wp.func
def f99(x: float):
    return f100(x)
@wp.func
def f100(x: float):
    return f101(x)
@wp.func
def f101(x: float):
    return f102(x)
@wp.func
def f102(x: float):
    return f103(x)
@wp.func
def f103(x: float):
    return f104(x)
@wp.func
def f104(x: float):
    return f105(x)
@wp.func
def f105(x: float):
    return f106(x)
@wp.func
def f106(x: float):
    return f107(x)
@wp.func
def f107(x: float):
    return f108(x)
@wp.func
def f108(x: float):
    return f109(x)
@wp.func
def f109(x: float):
    return f110(x)
@wp.func
def f110(x: float):
    return f111(x)
@wp.func
def f111(x: float):
    return f112(x)
@wp.func
def f112(x: float):
    return f113(x)
@wp.func
def f113(x: float):
    return f114(x)
@wp.func
def f114(x: float):
    return f115(x)
@wp.func
def f115(x: float):
    return f116(x)
@wp.func
def f116(x: float):
    return f117(x)
@wp.func
def f117(x: float):
    return f118(x)
@wp.func
def f118(x: float):
    return f119(x)
@wp.func
def f119(x: float):
    return f120(x)
@wp.func
def f120(x: float):
    return f121(x)
@wp.func
def f121(x: float):
    return f122(x)
@wp.func
def f122(x: float):
    return f123(x)
@wp.func
def f123(x: float):
    return f124(x)
@wp.func
def f124(x: float):
    return f125(x)
@wp.func
def f125(x: float):
    return f126(x)
@wp.func
def f126(x: float):
    return f127(x)
@wp.func
def f127(x: float):
    return f128(x)
@wp.func
def f128(x: float):
    return f129(x)
@wp.func
def f129(x: float):
    return f130(x)
@wp.func
def f130(x: float):
    return f131(x)
@wp.func
def f131(x: float):
    return f132(x)
@wp.func
def f132(x: float):
    return f133(x)
@wp.func
def f133(x: float):
    return f134(x)
@wp.func
def f134(x: float):
    return f135(x)
@wp.func
def f135(x: float):
    return f136(x)
@wp.func
def f136(x: float):
    return f137(x)
@wp.func
def f137(x: float):
    return f138(x)
@wp.func
def f138(x: float):
    return f139(x)
@wp.func
def f139(x: float):
    return f140(x)
@wp.func
def f140(x: float):
    return f141(x)
@wp.func
def f141(x: float):
    return f142(x)
@wp.func
def f142(x: float):
    return f143(x)
@wp.func
def f143(x: float):
    return f144(x)
@wp.func
def f144(x: float):
    return f145(x)
@wp.func
def f145(x: float):
    return f146(x)
@wp.func
def f146(x: float):
    return f147(x)
@wp.func
def f147(x: float):
    return f148(x)
@wp.func
def f148(x: float):
    return f149(x)
@wp.func
def f149(x: float):
    return f150(x)
@wp.func
def f150(x: float):
    return f151(x)
@wp.func
def f151(x: float):
    return f152(x)
@wp.func
def f152(x: float):
    return f153(x)
@wp.func
def f153(x: float):
    return f154(x)
@wp.func
def f154(x: float):
    return f155(x)
@wp.func
def f155(x: float):
    return f156(x)
@wp.func
def f156(x: float):
    return f157(x)
@wp.func
def f157(x: float):
    return f158(x)
@wp.func
def f158(x: float):
    return f159(x)
@wp.func
def f159(x: float):
    return f160(x)
@wp.func
def f160(x: float):
    return f161(x)
@wp.func
def f161(x: float):
    return f162(x)
@wp.func
def f162(x: float):
    return f163(x)
@wp.func
def f163(x: float):
    return f164(x)
@wp.func
def f164(x: float):
    return f165(x)
@wp.func
def f165(x: float):
    return f166(x)
@wp.func
def f166(x: float):
    return f167(x)
@wp.func
def f167(x: float):
    return f168(x)
@wp.func
def f168(x: float):
    return f169(x)
@wp.func
def f169(x: float):
    return f170(x)
@wp.func
def f170(x: float):
    return f171(x)
@wp.func
def f171(x: float):
    return f172(x)
@wp.func
def f172(x: float):
    return f173(x)
@wp.func
def f173(x: float):
    return f174(x)
@wp.func
def f174(x: float):
    return f175(x)
@wp.func
def f175(x: float):
    return f176(x)
@wp.func
def f176(x: float):
    return f177(x)
@wp.func
def f177(x: float):
    return f178(x)
@wp.func
def f178(x: float):
    return f179(x)
@wp.func
def f179(x: float):
    return f180(x)
@wp.func
def f180(x: float):
    return f181(x)
@wp.func
def f181(x: float):
    return f182(x)
@wp.func
def f182(x: float):
    return f183(x)
@wp.func
def f183(x: float):
    return f184(x)
@wp.func
def f184(x: float):
    return f185(x)
@wp.func
def f185(x: float):
    return f186(x)
@wp.func
def f186(x: float):
    return f187(x)
@wp.func
def f187(x: float):
    return f188(x)
@wp.func
def f188(x: float):
    return f189(x)
@wp.func
def f189(x: float):
    return f190(x)
@wp.func
def f190(x: float):
    return f191(x)
@wp.func
def f191(x: float):
    return f192(x)
@wp.func
def f192(x: float):
    return f193(x)
@wp.func
def f193(x: float):
    return f194(x)
@wp.func
def f194(x: float):
    return f195(x)
@wp.func
def f195(x: float):
    return f196(x)
@wp.func
def f196(x: float):
    return f197(x)
@wp.func
def f197(x: float):
    return f198(x)
@wp.func
def f198(x: float):
    return f199(x)
@wp.func
def f199(x: float):
    return f200(x)
@wp.func
def f200(x: float):
    return f201(x)
@wp.func
def f201(x: float):
    return f202(x)
@wp.func
def f202(x: float):
    return f203(x)
@wp.func
def f203(x: float):
    return f204(x)
@wp.func
def f204(x: float):
    return f205(x)
@wp.func
def f205(x: float):
    return f206(x)
@wp.func
def f206(x: float):
    return f207(x)
@wp.func
def f207(x: float):
    return f208(x)
@wp.func
def f208(x: float):
    return f209(x)
@wp.func
def f209(x: float):
    return f210(x)
@wp.func
def f210(x: float):
    return f211(x)
@wp.func
def f211(x: float):
    return f212(x)
@wp.func
def f212(x: float):
    return f213(x)
@wp.func
def f213(x: float):
    return f214(x)
@wp.func
def f214(x: float):
    return f215(x)
@wp.func
def f215(x: float):
    return f216(x)
@wp.func
def f216(x: float):
    return f217(x)
@wp.func
def f217(x: float):
    return f218(x)
@wp.func
def f218(x: float):
    return f219(x)
@wp.func
def f219(x: float):
    return f220(x)
@wp.func
def f220(x: float):
    return f221(x)
@wp.func
def f221(x: float):
    return f222(x)
@wp.func
def f222(x: float):
    return f223(x)
@wp.func
def f223(x: float):
    return f224(x)
@wp.func
def f224(x: float):
    return f225(x)
@wp.func
def f225(x: float):
    return f226(x)
@wp.func
def f226(x: float):
    return f227(x)
@wp.func
def f227(x: float):
    return f228(x)
@wp.func
def f228(x: float):
    return f229(x)
@wp.func
def f229(x: float):
    return f230(x)
@wp.func
def f230(x: float):
    return f231(x)
@wp.func
def f231(x: float):
    return f232(x)
@wp.func
def f232(x: float):
    return f233(x)
@wp.func
def f233(x: float):
    return f234(x)
@wp.func
def f234(x: float):
    return f235(x)
@wp.func
def f235(x: float):
    return f236(x)
@wp.func
def f236(x: float):
    return f237(x)
@wp.func
def f237(x: float):
    return f238(x)
@wp.func
def f238(x: float):
    return f239(x)
@wp.func
def f239(x: float):
    return f240(x)
@wp.func
def f240(x: float):
    return f241(x)
@wp.func
def f241(x: float):
    return f242(x)
@wp.func
def f242(x: float):
    return f243(x)
@wp.func
def f243(x: float):
    return f244(x)
@wp.func
def f244(x: float):
    return f245(x)
@wp.func
def f245(x: float):
    return f246(x)
@wp.func
def f246(x: float):
    return f247(x)
@wp.func
def f247(x: float):
    return f248(x)
@wp.func
def f248(x: float):
    return f249(x)
@wp.func
def f249(x: float):
    return f250(x)
@wp.func
def f250(x: float):
    return f251(x)
@wp.func
def f251(x: float):
    return f252(x)
@wp.func
def f252(x: float):
    return f253(x)
@wp.func
def f253(x: float):
    return f254(x)
@wp.func
def f254(x: float):
    return f255(x)
@wp.func
def f255(x: float):
    return f256(x)
@wp.func
def f256(x: float):
    return f257(x)
@wp.func
def f257(x: float):
    return f258(x)
@wp.func
def f258(x: float):
    return f259(x)
@wp.func
def f259(x: float):
    return f260(x)
@wp.func
def f260(x: float):
    return f261(x)
@wp.func
def f261(x: float):
    return f262(x)
@wp.func
def f262(x: float):
    return f263(x)
@wp.func
def f263(x: float):
    return f264(x)
@wp.func
def f264(x: float):
    return f265(x)
@wp.func
def f265(x: float):
    return f266(x)
@wp.func
def f266(x: float):
    return f267(x)
@wp.func
def f267(x: float):
    return f268(x)
@wp.func
def f268(x: float):
    return f269(x)
@wp.func
def f269(x: float):
    return f270(x)
@wp.func
def f270(x: float):
    return f271(x)
@wp.func
def f271(x: float):
    return f272(x)
@wp.func
def f272(x: float):
    return f273(x)
@wp.func
def f273(x: float):
    return f274(x)
@wp.func
def f274(x: float):
    return f275(x)
@wp.func
def f275(x: float):
    return f276(x)
@wp.func
def f276(x: float):
    return f277(x)
@wp.func
def f277(x: float):
    return f278(x)
@wp.func
def f278(x: float):
    return f279(x)
@wp.func
def f279(x: float):
    return f280(x)
@wp.func
def f280(x: float):
    return f281(x)
@wp.func
def f281(x: float):
    return f282(x)
@wp.func
def f282(x: float):
    return f283(x)
@wp.func
def f283(x: float):
    return f284(x)
@wp.func
def f284(x: float):
    return f285(x)
@wp.func
def f285(x: float):
    return f286(x)
@wp.func
def f286(x: float):
    return f287(x)
@wp.func
def f287(x: float):
    return f288(x)
@wp.func
def f288(x: float):
    return f289(x)
@wp.func
def f289(x: float):
    return f290(x)
@wp.func
def f290(x: float):
    return f291(x)
@wp.func
def f291(x: float):
    return f292(x)
@wp.func
def f292(x: float):
    return f293(x)
@wp.func
def f293(x: float):
    return f294(x)
@wp.func
def f294(x: float):
    return f295(x)
@wp.func
def f295(x: float):
    return f296(x)
@wp.func
def f296(x: float):
    return f297(x)
@wp.func
def f297(x: float):
    return f298(x)
@wp.func
def f298(x: float):
    return f299(x)
@wp.func
def f299(x: float):
    return f300(x)
@wp.func
def f300(x: float):
    return f301(x)
@wp.func
def f301(x: float):
    return f302(x)
@wp.func
def f302(x: float):
    return f303(x)
@wp.func
def f303(x: float):
    return f304(x)
@wp.func
def f304(x: float):
    return f305(x)
@wp.func
def f305(x: float):
    return f306(x)
@wp.func
def f306(x: float):
    return f307(x)
@wp.func
def f307(x: float):
    return f308(x)
@wp.func
def f308(x: float):
    return f309(x)
@wp.func
def f309(x: float):
    return f310(x)
@wp.func
def f310(x: float):
    return f311(x)
@wp.func
def f311(x: float):
    return f312(x)
@wp.func
def f312(x: float):
    return f313(x)
@wp.func
def f313(x: float):
    return f314(x)
@wp.func
def f314(x: float):
    return f315(x)
@wp.func
def f315(x: float):
    return f316(x)
@wp.func
def f316(x: float):
    return f317(x)
@wp.func
def f317(x: float):
    return f318(x)
@wp.func
def f318(x: float):
    return f319(x)
@wp.func
def f319(x: float):
    return f320(x)
@wp.func
def f320(x: float):
    return f321(x)
@wp.func
def f321(x: float):
    return f322(x)
@wp.func
def f322(x: float):
    return f323(x)
@wp.func
def f323(x: float):
    return f324(x)
@wp.func
def f324(x: float):
    return f325(x)
@wp.func
def f325(x: float):
    return f326(x)
@wp.func
def f326(x: float):
    return f327(x)
@wp.func
def f327(x: float):
    return f328(x)
@wp.func
def f328(x: float):
    return f329(x)
@wp.func
def f329(x: float):
    return f330(x)
@wp.func
def f330(x: float):
    return f331(x)
@wp.func
def f331(x: float):
    return f332(x)
@wp.func
def f332(x: float):
    return f333(x)
@wp.func
def f333(x: float):
    return f334(x)
@wp.func
def f334(x: float):
    return f335(x)
@wp.func
def f335(x: float):
    return f336(x)
@wp.func
def f336(x: float):
    return f337(x)
@wp.func
def f337(x: float):
    return f338(x)
@wp.func
def f338(x: float):
    return f339(x)
@wp.func
def f339(x: float):
    return f340(x)
@wp.func
def f340(x: float):
    return f341(x)
@wp.func
def f341(x: float):
    return f342(x)
@wp.func
def f342(x: float):
    return f343(x)
@wp.func
def f343(x: float):
    return f344(x)
@wp.func
def f344(x: float):
    return f345(x)
@wp.func
def f345(x: float):
    return f346(x)
@wp.func
def f346(x: float):
    return f347(x)
@wp.func
def f347(x: float):
    return f348(x)
@wp.func
def f348(x: float):
    return f349(x)
@wp.func
def f349(x: float):
    return f350(x)
@wp.func
def f350(x: float):
    return f351(x)
@wp.func
def f351(x: float):
    return f352(x)
@wp.func
def f352(x: float):
    return f353(x)
@wp.func
def f353(x: float):
    return f354(x)
@wp.func
def f354(x: float):
    return f355(x)
@wp.func
def f355(x: float):
    return f356(x)
@wp.func
def f356(x: float):
    return f357(x)
@wp.func
def f357(x: float):
    return f358(x)
@wp.func
def f358(x: float):
    return f359(x)
@wp.func
def f359(x: float):
    return f360(x)
@wp.func
def f360(x: float):
    return f361(x)
@wp.func
def f361(x: float):
    return f362(x)
@wp.func
def f362(x: float):
    return f363(x)
@wp.func
def f363(x: float):
    return f364(x)
@wp.func
def f364(x: float):
    return f365(x)
@wp.func
def f365(x: float):
    return f366(x)
@wp.func
def f366(x: float):
    return f367(x)
@wp.func
def f367(x: float):
    return f368(x)
@wp.func
def f368(x: float):
    return f369(x)
@wp.func
def f369(x: float):
    return f370(x)
@wp.func
def f370(x: float):
    return f371(x)
@wp.func
def f371(x: float):
    return f372(x)
@wp.func
def f372(x: float):
    return f373(x)
@wp.func
def f373(x: float):
    return f374(x)
@wp.func
def f374(x: float):
    return f375(x)
@wp.func
def f375(x: float):
    return f376(x)
@wp.func
def f376(x: float):
    return f377(x)
@wp.func
def f377(x: float):
    return f378(x)
@wp.func
def f378(x: float):
    return f379(x)
@wp.func
def f379(x: float):
    return f380(x)
@wp.func
def f380(x: float):
    return f381(x)
@wp.func
def f381(x: float):
    return f382(x)
@wp.func
def f382(x: float):
    return f383(x)
@wp.func
def f383(x: float):
    return f384(x)
@wp.func
def f384(x: float):
    return f385(x)
@wp.func
def f385(x: float):
    return f386(x)
@wp.func
def f386(x: float):
    return f387(x)
@wp.func
def f387(x: float):
    return f388(x)
@wp.func
def f388(x: float):
    return f389(x)
@wp.func
def f389(x: float):
    return f390(x)
@wp.func
def f390(x: float):
    return f391(x)
@wp.func
def f391(x: float):
    return f392(x)
@wp.func
def f392(x: float):
    return f393(x)
@wp.func
def f393(x: float):
    return f394(x)
@wp.func
def f394(x: float):
    return f395(x)
@wp.func
def f395(x: float):
    return f396(x)
@wp.func
def f396(x: float):
    return f397(x)
@wp.func
def f397(x: float):
    return f398(x)
@wp.func
def f398(x: float):
    return f399(x)
@wp.func
def f399(x: float):
    return x
@wp.kernel
def k(x: wp.array(dtype=float)):
    x[0] = f0(x[0])

