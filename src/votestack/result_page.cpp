#include "votestack/result_page.h"

#include <fmt/format.h>

namespace votebench::votestack {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cats or dogs? The result</title>
)";

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --quiet: #66707a; font-family: system-ui, sans-serif }
@media (prefers-color-scheme: dark) { :root { --quiet: #a4adb6 } }
body { max-width: 44rem; margin: 0 auto; padding: 8vh 1.5rem; font-variant-numeric: tabular-nums }
h1 { font-size: 1.4rem; font-weight: 600; margin: 0 0 2.5rem }
dl { display: grid; gap: 1.6rem; margin: 0 }
.row { display: grid; grid-template-columns: 1fr auto; gap: .5rem 1rem; align-items: baseline }
dt { font-size: 1.2rem; overflow-wrap: anywhere }
dd { margin: 0; font-size: 2rem; font-weight: 650 }
dd small { font-size: 1rem; font-weight: 400; color: var(--quiet); margin-left: .6rem }
.bar { grid-column: 1 / -1; height: .9rem; border-radius: .45rem; background: #8884 }
.bar i { display: block; height: 100%; width: 0; border-radius: inherit; background: #66707a;
  transition: width .4s }
.a i { background: #0b6e99 }
.b i { background: #8a3ffc }
footer { margin-top: 2.5rem; color: var(--quiet) }
footer.stale { color: #c62828; font-weight: 600 }
@media (prefers-color-scheme: dark) { footer.stale { color: #ff8a80 } }
@media (prefers-reduced-motion: reduce) { .bar i { transition: none } }
)";

constexpr std::string_view kScript = R"(
const names = { a: 'Cats', b: 'Dogs' };
const list = document.querySelector('dl');
const footer = document.querySelector('footer');
const rows = new Map();

function element(tag, parent, className = '') {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

function row(choice) {
  if (!rows.has(choice)) {
    const box = element('div', list, choice === 'a' || choice === 'b' ? 'row ' + choice : 'row');
    element('dt', box).textContent = Object.hasOwn(names, choice) ? names[choice] : choice;
    const value = element('dd', box);
    const count = element('span', value);
    const share = element('small', value);
    rows.set(choice, { count, share, bar: element('i', element('div', box, 'bar')) });
  }
  return rows.get(choice);
}

function show(scores) {
  const total = Object.values(scores).reduce((sum, count) => sum + count, 0);
  for (const choice of rows.keys()) scores[choice] ??= 0;
  for (const [choice, count] of Object.entries(scores)) {
    const { count: number, share, bar } = row(choice);
    const percent = total ? 100 * count / total : 0;
    number.textContent = count.toLocaleString('en');
    share.textContent = percent.toFixed(1) + ' %';
    bar.style.width = percent + '%';
  }
  footer.textContent = total.toLocaleString('en') + ' votes in the table';
  footer.className = '';
}

async function refresh() {
  try {
    const answer = await fetch('/api/scores', { cache: 'no-store' });
    if (!answer.ok) throw new Error((await answer.json()).error);
    show(await answer.json());
  } catch (problem) {
    footer.textContent = 'Not live: ' + problem.message;
    footer.className = 'stale';
  }
  setTimeout(refresh, 1000);
}
refresh();
)";

constexpr std::string_view kBody = R"(</head>
<body>
<h1>Cats or dogs?</h1>
<dl></dl>
<footer role="status">Counting&hellip;</footer>
<noscript><p>Live numbers need JavaScript; <a href="/api/scores">here they are as JSON</a>.</p></noscript>
)";

}  // namespace

std::string result_page(std::string_view nonce) {
  return fmt::format(
      "{}<style nonce=\"{}\">{}</style>\n{}<script nonce=\"{}\">{}</script>\n</body>\n</html>\n",
      kHead, nonce, kStyle, kBody, nonce, kScript);
}

std::string content_policy(std::string_view nonce) {
  return fmt::format(
      "default-src 'none'; connect-src 'self'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      nonce);
}

}  // namespace votebench::votestack
