"""Tier 2: the modules with the real provider, and the plan that it makes."""
import json
import re

import pytest

from terraform import Terraform, provider_mirror
from test_static import add_row


@pytest.fixture(scope="module")
def terraform(emulator, tmp_path_factory):
    terraform = Terraform(tmp_path_factory.mktemp("good"), emulator.url, provider_mirror())
    terraform.make_keys()
    terraform.init("envs/aws")
    return terraform


@pytest.fixture(scope="module")
def plan(terraform):
    return terraform.plan("envs/aws")


@pytest.mark.parametrize("module, runs", [("stack", 5), ("observability", 4), ("state_backend", 3)])
def test_modules_with_a_mocked_provider(module, runs, tmp_path):
    terraform = Terraform(tmp_path, mirror=provider_mirror())
    assert terraform.test(f"modules/{module}") == runs


def test_the_root_is_valid(terraform):
    terraform.run("envs/aws", "validate", "-no-color")


def test_the_plan_is_the_matrix(terraform, plan):
    assert terraform.policy(plan) == (0, "the plan is the matrix: 38 rules, routes and hosts too\n")


def test_the_plan_knows_no_secret(terraform, plan):
    text = json.dumps(plan)
    assert "PRIVATE KEY" not in text
    assert (terraform.artifacts / "secrets" / "postgres_password").read_text() not in text


# What somebody might do to modules/stack -> what the policy check says then.
MISTAKES = [
    (r'resource "aws_route" "nat" \{.*?\n\}\n', "",
     "aws_route_table.private: no route to the internet over aws_nat_gateway.this"),
    (r'http_tokens( *)= "required"', r'http_tokens\1= "optional"',
     'aws_instance.this["database"]: the instance metadata service must be version 2 only'),
    (r"encrypted( *)= true", r"encrypted\1= false", "the disk must be an encrypted gp3"),
    (r"aws_security_group\.this\[each\.value\.from\]\.id : null",
     "aws_security_group.this[each.value.to].id : null",
     "ingress_rule.this: referenced_security_group_id is not the row's 'from'"),
    (r'resource "aws_default_security_group" "this" \{.*?\n\}\n', "",
     "the VPC's default group keeps its rules"),
]


def test_mistakes_in_a_plan_are_found(emulator, tmp_path):
    """The policy check can fail: a port too many, a missing NAT route, and the rest of MISTAKES."""
    terraform = Terraform(tmp_path, emulator.url, provider_mirror())
    terraform.make_keys()
    add_row(terraform)
    main = terraform.root("modules/stack") / "main.tf"
    text = main.read_text()
    for pattern, replacement, _ in MISTAKES:
        text, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
        assert count == 1, pattern
    main.write_text(text)
    terraform.init("envs/aws")
    status, complaints = terraform.policy(terraform.plan("envs/aws"))
    assert status == 1
    assert "error: open, and not in the matrix: ingress of backend: tcp/6379 from 0.0.0.0/0\n" in (
        complaints)
    for _, _, complaint in MISTAKES:
        assert complaint in complaints
