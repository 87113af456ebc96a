#!/usr/bin/python3
"""Every tidy check finds what it is there to find."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import dead_files  # noqa: E402
import docs  # noqa: E402
import levels  # noqa: E402
import pages  # noqa: E402
import prints  # noqa: E402
import sizes  # noqa: E402
import words  # noqa: E402


class Checks(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)

    def write(self, path, content):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")

    def complaints(self, check, path, content):
        self.write(path, content)
        return check.check(self.root)

    def include(self, path, line):
        self.write(path, f"// a file\n#include {line}\n")
        return levels.wrong_includes(self.root)

    def test_an_include_that_points_down_is_fine(self):
        self.assertEqual(self.include("src/load/a.cpp", '"plan/plan.h"'), [])
        self.assertEqual(self.include("src/load/b.h", '"load/a.h"'), [])
        self.assertEqual(self.include("src/votestack/c.cpp", '"vote/vote.h"'), [])

    def test_an_include_that_points_up_is_found(self):
        self.assertEqual(self.include("src/core/a.cpp", '"run/execute.h"'),
                         ["src/core/a.cpp:2: run/execute.h points up or sideways: core (0) -> run"])

    def test_an_include_of_a_sibling_is_found(self):
        self.assertEqual(len(self.include("src/ledger/a.cpp", '"audit/audit.h"')), 1)

    def test_parts_that_stand_on_each_other_see_down_only(self):
        self.assertEqual(self.include("src/report/write/a.cpp", '"report/document/d.h"'), [])
        self.assertEqual(self.include("src/report/report.h", '"report/measures/m.h"'), [])
        self.assertEqual(self.include("src/report/measures/m.cpp", '"report/document/d.h"'),
                         ["src/report/measures/m.cpp:2: report/document/d.h "
                          "points into a part of report/"])
        (self.root / "src/report/measures/m.cpp").unlink()
        self.assertEqual(len(self.include("src/report/words.h", '"report/write/w.h"')), 1)
        self.assertEqual(len(self.include("src/report/live/l.h", '"report/measures/m.h"')), 2)

    def test_a_part_of_a_folder_sees_itself_and_the_folder(self):
        self.assertEqual(self.include("src/stack/aws/a.cpp", '"stack/aws/a.h"'), [])
        self.assertEqual(self.include("src/stack/aws/b.cpp", '"stack/tool.h"'), [])
        self.assertEqual(self.include("src/run/c.cpp", '"stack/aws/a.h"'), [])
        self.assertEqual(len(self.include("src/stack/aws/d.cpp", '"stack/docker/d.h"')), 1)
        self.assertEqual(len(self.include("src/stack/e.cpp", '"stack/aws/a.h"')), 2)

    def test_the_reference_stack_stands_alone(self):
        self.assertEqual(len(self.include("src/votestack/a.cpp", '"adapters/store.h"')), 1)
        self.assertEqual(len(self.include("src/cli/b.cpp", '"votestack/vote.h"')), 2)

    def test_a_path_that_does_not_start_at_src_is_found(self):
        self.assertEqual(len(self.include("src/core/a.cpp", '"clock.h"')), 1)

    def test_a_folder_without_a_level_is_found(self):
        self.assertEqual(len(self.include("src/helpers/a.cpp", "<vector>")), 1)

    def test_libraries_stay_at_home(self):
        self.assertEqual(self.include("src/adapters/a.cpp", "<curl/curl.h>"), [])
        self.assertEqual(self.include("src/core/b.cpp", "<sys/stat.h>"), [])
        self.assertEqual(self.include("src/core/c.h", "<tl/expected.hpp>"), [])
        self.assertEqual(self.include("src/load/d.h", "<fmt/format.h>"), [])
        self.assertEqual(len(self.include("src/load/e.cpp", "<curl/curl.h>")), 1)

    def test_libraries_stay_out_of_headers(self):
        self.assertEqual(len(self.include("src/adapters/a.h", "<curl/curl.h>")), 1)

    def test_the_result_type_is_included_through_core(self):
        self.assertEqual(len(self.include("src/load/a.cpp", "<tl/expected.hpp>")), 1)

    def test_a_home_without_its_library_is_found(self):
        complaint = "levels.py: curl/ has a home in adapters, where no file includes it"
        self.write("src/adapters/a.cpp", '#include "vote/vote.h"')
        self.assertIn(complaint, levels.check(self.root))
        self.write("src/adapters/b.cpp", "#include <curl/curl.h>")
        self.assertNotIn(complaint, levels.check(self.root))

    def strayed(self, path, line):
        self.write(path, line)
        found = levels.strayed_words(self.root)
        (self.root / path).unlink()
        return found

    def test_a_word_of_one_queue_or_store_stays_at_home(self):
        for line in ("// Redis says so", 'ask("LLEN");', "std::uint64_t relfilenode = 0;"):
            with self.subTest(line=line):
                self.assertEqual(len(self.strayed("src/watch/a.cpp", line)), 1)
                self.assertEqual(self.strayed("src/adapters/redis_list/a.cpp", line), [])
        self.assertEqual(self.strayed("src/watch/a.cpp", "// the list of the queue"), [])

    def test_an_unknown_library_is_found(self):
        self.assertEqual(len(self.include("src/core/a.cpp", "<boost/asio.hpp>")), 1)

    def test_text_that_is_printed_by_hand_is_found(self):
        for line in ('fmt::print("x");', 'std::cout << "x";', 'std::printf("x");', 'puts("x");'):
            with self.subTest(line=line):
                self.assertEqual(len(self.complaints(prints, "src/run/a.cpp", line)), 1)
        self.assertEqual(self.complaints(prints, "src/run/a.cpp", 'print_out("x"); snprintf(b);'), [])
        self.assertEqual(self.complaints(prints, "src/votestack/b.cpp", 'fmt::print("x");'), [])

    def test_a_long_function_is_found(self):
        def source(lines):
            return "int f(int a) {\n" + "  ++a;\n" * (lines - 3) + "  return a;\n}\n"
        self.assertEqual(self.complaints(sizes, "src/core/a.cpp", source(60)), [])
        self.assertEqual(self.complaints(sizes, "src/core/a.cpp", source(61)),
                         ["src/core/a.cpp: f has 61 lines, at most 60"])
        self.assertIn("longest 61 lines", sizes.report(self.root))

    def test_a_long_file_is_told_and_not_refused(self):
        self.assertEqual(self.complaints(sizes, "tests/unit/core/a.cpp", "\n" * 400), [])
        self.assertNotIn("warning", sizes.report(self.root))
        self.assertEqual(self.complaints(sizes, "tests/unit/core/a.cpp", "\n" * 401), [])
        self.assertIn("warning: tests/unit/core/a.cpp: 401 lines, more than 400",
                      sizes.report(self.root))

    def test_a_header_that_nobody_includes_is_found(self):
        found = self.complaints(dead_files, "src/core/a.h", "")
        self.assertEqual(found, ["src/core/a.h: no file includes it"])
        self.assertEqual(self.complaints(dead_files, "src/core/a.cpp", '#include "core/a.h"'), [])

    def test_a_scenario_that_no_table_lists_is_found(self):
        self.write("scenarios/README.md", "| quick.yaml |")
        self.assertEqual(self.complaints(dead_files, "scenarios/quick.yaml", ""), [])
        self.assertEqual(len(self.complaints(dead_files, "scenarios/lost.yaml", "")), 1)

    def test_a_script_that_nothing_names_is_found(self):
        self.assertEqual(len(self.complaints(dead_files, "scripts/install-packages", "")), 1)
        self.assertEqual(self.complaints(dead_files, "quickstart", "scripts/install-packages"), [])

    def test_a_helper_of_tests_that_nothing_names_is_found(self):
        self.assertEqual(self.complaints(dead_files, "tests/e2e/test_a.py", ""), [])
        self.assertEqual(len(self.complaints(dead_files, "tests/e2e/harness.py", "")), 1)

    def test_a_link_that_leads_nowhere_is_found(self):
        self.write("docs/a.md", "# A page, of `ours`\n\n## Same\n\n## Same\n")
        good = "[a](docs/a.md) [b](docs/a.md#a-page-of-ours) [c](docs/a.md#same-1) [d](#here)\n# Here\n"
        self.assertEqual(self.complaints(docs, "README.md", good), [])
        for link in ("docs/b.md", "docs/a.md#there", "#there", "a.md"):
            with self.subTest(link=link):
                found = self.complaints(docs, "README.md", f"{good}\n[`x`]({link})")
                self.assertEqual(len(found), 1)
                self.assertIn(f"the link {link} leads", found[0])

    def test_links_in_code_and_to_elsewhere_are_not_followed(self):
        for text in ("`[a](b)`", "```\n[a](b)\n```", "\n    [a](b)\n", "[a](https://example.org/b)"):
            with self.subTest(text=text):
                self.assertEqual(self.complaints(docs, "README.md", text), [])

    def test_a_path_that_is_not_there_is_found(self):
        self.write("src/core/clock.h", "")
        for text in ("`src/core`", "`src/core/clock.h`", "`src/NAME/clock.h`", "`lib/x`", "`build/x`"):
            with self.subTest(text=text):
                self.assertEqual(self.complaints(docs, "README.md", text), [])
        for path in ("src/core/time.h", "src/NAME/time.h", "src/plan/"):
            with self.subTest(path=path):
                self.assertEqual(self.complaints(docs, "README.md", f"`{path}`"),
                                 [f"README.md: there is no {path}"])

    def test_a_path_is_seen_from_its_page_too(self):
        self.write("infra/aws/stack", "")
        self.assertEqual(self.complaints(docs, "infra/README.md", "`aws/stack`"), [])
        self.assertEqual(len(self.complaints(docs, "infra/README.md", "`aws/keys`")), 1)

    def test_a_page_without_a_link_is_found(self):
        self.write("README.md", "[a](docs/a.md)")
        self.assertEqual(self.complaints(docs, "docs/a.md", ""), [])
        self.assertEqual(self.complaints(docs, "docs/b.md", ""), ["README.md: no link to docs/b.md"])

    def test_a_page_may_be_linked_by_the_first_page_of_its_folder(self):
        self.write("README.md", "[more](docs/more/README.md)")
        self.write("docs/more/README.md", "[a](a.md)")
        self.assertEqual(self.complaints(docs, "docs/more/a.md", ""), [])
        self.assertEqual(self.complaints(docs, "docs/more/b.md", ""),
                         ["README.md: no link to docs/more/b.md"])
        self.write("README.md", "[all](docs/README.md)")
        self.write("docs/README.md", "[more](more/README.md)")
        self.assertEqual(self.complaints(docs, "docs/more/a.md", ""),
                         ["README.md: no link to docs/more/b.md"])
        self.write("README.md", "")
        self.assertEqual(len(docs.check(self.root)), 4)

    def test_a_folder_with_another_level_is_found(self):
        rows = [f"| `{folder}` | {level} | x |" for folder, level in levels.LEVELS.items()]
        self.write("README.md", "[a](docs/internals.md)")
        whole = "\n".join([*rows, "| `votestack` | - | x |"])
        self.assertEqual(self.complaints(docs, "docs/internals.md", whole), [])
        for wrong in (whole.replace("`core` | 0", "`core` | 1"), whole + "\n| `attic` | 9 | x |",
                      "\n".join(rows)):
            self.assertEqual(len(self.complaints(docs, "docs/internals.md", wrong)), 1)

    def test_the_code_of_a_page_is_told_from_its_prose(self):
        page = pages.Page("a `b\nc`\n\n    d\n      e\n\n```yaml\nf: [g](h)\n```\n* i\n  `j`\n")
        self.assertEqual(page.blocks, [("", ["d", "  e"]), ("yaml", ["f: [g](h)"])])
        self.assertEqual(page.spans, ["b c", "j"])
        self.assertEqual(page.links, [])

    def test_forbidden_words_are_found(self):
        for word in ("TO" "DO", "FIX" "ME: later", "/wo" "rk/main", "a cri" "me", "Doo" "rs"):
            with self.subTest(word=word):
                found = self.complaints(words, "README.md", f"fine\n// {word}\n")
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith("README.md:2: "))

    def test_harmless_words_are_not(self):
        self.assertEqual(self.complaints(words, "README.md", "warehouse, outdoors, network/x"), [])

    def test_binary_files_and_build_folders_are_passed_over(self):
        (self.root / "picture.png").write_bytes(b"\xff\xfe TO" b"DO")
        self.assertEqual(self.complaints(words, "build/release/a.cpp", "// TO" "DO"), [])


if __name__ == "__main__":
    unittest.main()
