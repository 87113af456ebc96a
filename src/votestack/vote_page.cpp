#include "votestack/vote_page.h"

#include <fmt/format.h>

namespace votebench::votestack {
namespace {

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cats or dogs?</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif }}
body {{ display: grid; place-content: center; gap: 2rem; min-height: 90vh; margin: 1rem }}
h1, p {{ text-align: center; margin: 0 }}
form {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; width: min(90vw, 36rem) }}
button {{ font: inherit; font-size: 1.6rem; padding: 2.5rem 1rem; border: 3px solid transparent;
  border-radius: 1rem; color: #fff; cursor: pointer }}
button:focus-visible {{ outline: 3px solid currentColor; outline-offset: 3px }}
.a {{ background: #0b6e99 }}
.b {{ background: #8a3ffc }}
</style>
</head>
<body>
<h1>Cats or dogs?</h1>
<form method="post" action="{}">
<button class="a" name="vote" value="a">Cats{}</button>
<button class="b" name="vote" value="b">Dogs{}</button>
</form>
<p>{}</p>
</body>
</html>
)";

}  // namespace

std::string vote_page(std::string_view action, std::string_view choice) {
  constexpr std::string_view kTick = " \u2713";
  return fmt::format(fmt::runtime(kPage), action, choice == "a" ? kTick : "",
                     choice == "b" ? kTick : "",
                     choice.empty() ? "One vote each; you can change your mind."
                                    : "Thank you. You can change your mind at any time.");
}

}  // namespace votebench::votestack
