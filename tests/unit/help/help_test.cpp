// Manual pages and completion of a small program.
#include "help/completion.h"
#include "help/man_page.h"
#include "support/catch.h"

using namespace votebench::help;

namespace {

// fruit [--version] eat [--how TEXT] FILE | keep {cold | warm} | a hidden command
struct Fruit {
  CLI::App app{"Fruit of all kinds\n(also dried).\n\nExamples:\n  fruit eat apple.txt\n", "fruit"};
  std::string text;

  Fruit() {
    app.set_version_flag("--version", "1");
    CLI::App* eat = app.add_subcommand("eat", "Eat it's skin, too\n\nExamples:\n  fruit eat -x\n");
    eat->add_option("-w,--how", text, "slowly\nor not: a \\ path");
    eat->add_option("FILE", text, ".hidden files are eaten");
    eat->add_option("--when", text, "at once")->check(CLI::IsMember({"now", "later"}));
    eat->add_flag("--secret")->group("");
    CLI::App* keep = app.add_subcommand("keep", "Keep it");
    keep->add_subcommand("cold", "Keep it cold");
    keep->add_subcommand("warm", "Keep it warm");
    app.add_subcommand("rot", "Nobody wants that")->group("");
    app.footer("Exit status:\n  0    eaten\n");
  }
};

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a program's page has its name on one line, its commands, options and exit statuses") {
  const std::string page = man_page(Fruit().app);
  CHECK(has(page, ".TH FRUIT 1 "));
  CHECK(has(page, ".SH NAME\nfruit \\- Fruit of all kinds (also dried).\n"));
  CHECK(has(page, "Examples:\n.RS\n.nf\nfruit eat apple.txt\n.fi\n.RE\n"));
  CHECK(has(page, "Exit status:\n.RS\n.nf\n0    eaten\n.fi\n.RE\n"));
  CHECK(has(page, ".TP\n\\fB\\-\\-version\\fR"));
  CHECK(has(page, ".SS eat\n"));
  CHECK(has(page, ".SS keep cold\nKeep it cold\n"));
  CHECK(!has(page, "rot"));
  CHECK(!has(page, "secret"));
  CHECK(page.find("\\-\\-help") == page.rfind("\\-\\-help"));  // of the program alone
}

TEST_CASE("no text of a page means anything to groff") {
  const std::string page = man_page(Fruit().app);
  CHECK(has(page, "\\fBFILE TEXT\\fR\n\\&.hidden files are eaten\n"));
  CHECK(has(page, "\\fB\\-w,\\-\\-how TEXT\\fR\nslowly\n.br\nor not: a \\e path\n"));
}

TEST_CASE("a page of Markdown becomes one of section 5: a table's row is an item") {
  const std::string page = man_page_of(
      "# Keys of fruit\n\nUse `ripe` ones.\n\n| key | type | default | meaning |\n"
      "|---|---|---|---|\n| `size` | number | `3` | how big |\n| `skin` | word |  | eaten? |\n\n"
      "## More\n\n| kind | what |\n|---|---|\n| `pip` | small |\n",
      "fruit-keys");
  CHECK(has(page, ".SH NAME\nfruit\\-keys \\- Keys of fruit\n"));
  CHECK(has(page, "Use \\fBripe\\fR ones.\n"));
  CHECK(has(page, ".TP\n\\fBsize\\fR  (type: number; default: 3)\nhow big\n"));
  CHECK(has(page, ".TP\n\\fBskin\\fR  (type: word)\neaten?\n"));
  CHECK(has(page, ".SH More\n"));
  CHECK(has(page, ".TP\n\\fBpip\\fR\nsmall\n"));
  CHECK(!has(page, "---"));
}

TEST_CASE("shells complete what --help lists, and files behind options that want a value") {
  const std::string bash = bash_completion(Fruit().app);
  CHECK(has(bash, "\"fruit\") words=\"eat keep --help --version\""));
  CHECK(has(bash, "\"fruit eat\") words=\"--help --how --when\""));
  CHECK(has(bash, "\"fruit keep\") words=\"cold warm --help\""));
  CHECK(has(bash, "\"fruit eat --how\") return"));
  CHECK(has(bash, "\"fruit eat --when\") words=\"now later\""));
  CHECK(!has(bash, "rot"));
  CHECK(!has(bash, "secret"));
  const std::string zsh = zsh_completion(Fruit().app);
  CHECK(zsh.starts_with("#compdef fruit\n"));
  CHECK(has(zsh, "(\"fruit\") candidates=( 'eat:Eat it'\\''s skin, too' 'keep:Keep it' '--help:"));
  CHECK(has(zsh, "(\"fruit eat --how\") _files"));
  CHECK(has(zsh, "(\"fruit eat --when\") candidates=( 'now' 'later' )"));
}
