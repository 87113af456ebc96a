# With a mocked provider: every id is made up, so that a reference to the wrong thing shows.

mock_provider "aws" {
  mock_data "aws_ami" {
    defaults = { id = "ami-0000000000000a001", name = "debian-12-mocked" }
  }
}

variables {
  name                = "vb"
  vpc_cidr            = "10.42.0.0/16"
  availability_zone   = "eu-central-1a"
  operator_public_key = "ssh-ed25519 AAAA operator"
  groups              = ["frontend", "backend"]
  subnets = {
    public  = { cidr = "10.42.1.0/24", public = true }
    backend = { cidr = "10.42.11.0/24", public = false }
  }
  hosts = {
    frontend = { subnet = "public", group = "frontend", ip = "10.42.1.10" }
    backend  = { subnet = "backend", group = "backend", ip = "10.42.11.10" }
  }
  ingress = {
    vote  = { from = "0.0.0.0/0", to = "frontend", protocol = "tcp", port = 80, why = "vote" }
    queue = { from = "frontend", to = "backend", protocol = "tcp", port = 6379, why = "Redis" }
  }
  egress = {
    queue = { from = "frontend", to = "backend", protocol = "tcp", port = 6379, why = "Redis" }
    time  = { from = "backend", to = "0.0.0.0/0", protocol = "udp", port = 123, why = "NTP" }
  }
  host_keys = {
    frontend = { private = "PRIVATE-F", public = "ssh-ed25519 F" }
    backend  = { private = "PRIVATE-B", public = "ssh-ed25519 B" }
  }
}

run "rules_name_groups_by_reference" {
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.this["queue"].security_group_id == aws_security_group.this["backend"].id &&
      aws_vpc_security_group_ingress_rule.this["queue"].referenced_security_group_id == aws_security_group.this["frontend"].id &&
      aws_vpc_security_group_ingress_rule.this["queue"].cidr_ipv4 == null
    )
    error_message = "Redis is not open to exactly the frontend's group"
  }
  assert {
    condition = (
      aws_vpc_security_group_egress_rule.this["queue"].security_group_id == aws_security_group.this["frontend"].id &&
      aws_vpc_security_group_egress_rule.this["queue"].referenced_security_group_id == aws_security_group.this["backend"].id
    )
    error_message = "the frontend's way to Redis does not mirror Redis's rule"
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.this["vote"].cidr_ipv4 == "0.0.0.0/0" &&
      aws_vpc_security_group_egress_rule.this["time"].cidr_ipv4 == "0.0.0.0/0" &&
      aws_vpc_security_group_egress_rule.this["time"].ip_protocol == "udp"
    )
    error_message = "a rule lost its network or its protocol"
  }
}

run "packets_find_their_way_out" {
  assert {
    condition = (
      aws_route.internet.route_table_id == aws_route_table.public.id &&
      aws_route.internet.gateway_id == aws_internet_gateway.this.id &&
      aws_route.nat.route_table_id == aws_route_table.private.id &&
      aws_route.nat.nat_gateway_id == aws_nat_gateway.this.id &&
      aws_nat_gateway.this.subnet_id == aws_subnet.this["public"].id
    )
    error_message = "the internet gateway or the NAT gateway is not where it must be"
  }
  assert {
    condition = (
      aws_route_table_association.public["public"].route_table_id == aws_route_table.public.id &&
      aws_route_table_association.private["backend"].route_table_id == aws_route_table.private.id
    )
    error_message = "a subnet has the wrong route table"
  }
  assert {
    condition     = aws_eip.frontend.instance == aws_instance.this["frontend"].id
    error_message = "the public address is not the frontend's"
  }
}

run "hosts_boot_hardened_with_keys_that_are_known_before" {
  assert {
    condition = alltrue([for host in aws_instance.this :
      host.metadata_options[0].http_tokens == "required" &&
      host.root_block_device[0].encrypted && host.root_block_device[0].volume_type == "gp3"
    ])
    error_message = "a host without IMDSv2 or with a plain disk"
  }
  assert {
    condition = (
      startswith(nonsensitive(local.user_data["backend"]), "#cloud-config\n") &&
      yamldecode(nonsensitive(local.user_data["backend"])).ssh_keys.ed25519_private == "PRIVATE-B" &&
      yamldecode(nonsensitive(local.user_data["backend"])).ssh_genkeytypes == []
    )
    error_message = "the backend does not get its host key from us"
  }
  assert {
    condition     = aws_instance.this["frontend"].instance_type == "t3.small"
    error_message = "the default size is not small"
  }
}

run "arm64_changes_image_and_size" {
  command = plan

  variables { architecture = "arm64" }

  assert {
    condition = (
      aws_instance.this["frontend"].instance_type == "t4g.small" &&
      anytrue([for filter in data.aws_ami.this.filter : contains(filter.values, "debian-12-arm64-*")])
    )
    error_message = "arm64 gets another architecture's image or size"
  }
}

run "other_architectures_are_refused" {
  command = plan
  variables { architecture = "riscv64" }
  expect_failures = [var.architecture]
}
