"""The check of module links finds each kind of breach. (ctest runs the check itself on the project.)"""

import module_links


def project(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / "src" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(module_links.breaches(tmp_path))


def test_transitive_includes_are_allowed(tmp_path):
    assert project(tmp_path, **{"base__a.h": "", "source__b.h": "", "syntax__c.cpp": '#include "base/a.h"\n#include "source/b.h"\n'}) == []


def test_include_against_the_links(tmp_path):
    found = project(tmp_path, **{"lower__a.h": "", "generate__b.cpp": '#include "lower/a.h"\n'})
    assert len(found) == 1 and "generate does not link to lower" in found[0]


def test_library_of_another_module(tmp_path):
    found = project(tmp_path, **{"cli__a.cpp": "#include <arrow/api.h>\n#include <vector>\n"})
    assert len(found) == 1 and "only dataset" in found[0]


def test_declared_link_and_unknown_module(tmp_path):
    found = project(tmp_path, **{"record__module.cmake": "warpsmith_module(record LINKS base lower)\n", "new__a.cpp": ""})
    assert len(found) == 2
