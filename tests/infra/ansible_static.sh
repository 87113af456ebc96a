#!/usr/bin/env bash
# The playbooks without a host: style, production rules, syntax; the alert rules on made-up series.
# Exit status 77: the tools are not here.
set -uo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../../ansible" || exit 1
export LC_ALL=C.UTF-8 ANSIBLE_HOME=${TMPDIR:-/tmp}/votebench-ansible-home

for tool in yamllint ansible-lint ansible-playbook promtool; do
  command -v "$tool" >/dev/null || {
    echo "SKIPPED: no $tool (scripts/install-packages --infra)"
    exit 77
  }
done

passed=0
failed=0
check() {
  local output
  if output=$("${@:2}" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n%s\n' "$1" "$output"
  fi
}

# The role alone, with an image that no registry's name stands before.
public_image_is_refused() {
  local output
  if output=$(ansible --inventory localhost, --connection local --playbook-dir . localhost \
    --check --module-name include_role --args name=container \
    --extra-vars '{"container_name": "vote", "container_image": "votebench/vote:dev"}' 2>&1); then
    return 1
  fi
  echo "$output"
  tr -s ' \n' ' ' <<<"$output" | grep -q 'votebench/vote:dev names no registry'
}

check yamllint yamllint --strict .
check ansible-lint ansible-lint --nocolor --offline --profile production
check "alert rules" promtool test rules ../tests/infra/alerts_test.yaml
for playbook in *.yml; do
  check "syntax of $playbook" ansible-playbook --inventory localhost, --syntax-check "$playbook"
done
check "no public image" public_image_is_refused
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
