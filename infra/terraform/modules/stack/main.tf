# --- network ----------------------------------------------------------------------------------------

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

resource "aws_subnet" "this" {
  for_each = var.subnets

  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value.cidr
  availability_zone = var.availability_zone
  tags              = { Name = "${var.name}-${each.key}" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }

  # Attached to the next VPC only when the old one is gone, it would keep that one from going.
  lifecycle {
    replace_triggered_by = [aws_vpc.this.id]
  }
}

resource "aws_eip" "nat" {
  domain = "vpc"
  tags   = { Name = "${var.name}-nat" }
}

resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.this["public"].id
  tags          = { Name = var.name }
  depends_on    = [aws_route.internet]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-public" }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-private" }
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route" "nat" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = { for name, subnet in var.subnets : name => subnet if subnet.public }

  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each = { for name, subnet in var.subnets : name => subnet if !subnet.public }

  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.private.id
}

# --- firewall: the matrix, row by row ---------------------------------------------------------------

# What AWS puts on anything without a group of its own: nothing may enter or leave.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_security_group" "this" {
  for_each = var.groups

  name        = "${var.name}-${each.key}"
  description = "votebench ${each.key} tier"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-${each.key}", Group = each.key }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.ingress

  security_group_id            = aws_security_group.this[each.value.to].id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.port
  to_port                      = each.value.port
  cidr_ipv4                    = contains(var.groups, each.value.from) ? null : each.value.from
  referenced_security_group_id = contains(var.groups, each.value.from) ? aws_security_group.this[each.value.from].id : null
  description                  = each.value.why
  tags                         = { From = each.value.from, To = each.value.to }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = var.egress

  security_group_id            = aws_security_group.this[each.value.from].id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.port
  to_port                      = each.value.port
  cidr_ipv4                    = contains(var.groups, each.value.to) ? null : each.value.to
  referenced_security_group_id = contains(var.groups, each.value.to) ? aws_security_group.this[each.value.to].id : null
  description                  = each.value.why
  tags                         = { From = each.value.from, To = each.value.to }
}

# --- hosts ------------------------------------------------------------------------------------------

locals {
  debian_architecture = { x86_64 = "amd64", arm64 = "arm64" }
  small               = { x86_64 = "t3.small", arm64 = "t4g.small" }

  # The host keys are known before the host boots, so that nobody has to trust a first connection.
  user_data = { for name in keys(var.hosts) : name => join("\n", ["#cloud-config", yamlencode({
    hostname          = name
    manage_etc_hosts  = true
    ssh_deletekeys    = true
    ssh_genkeytypes   = []
    ssh_keys          = { ed25519_private = var.host_keys[name].private, ed25519_public = var.host_keys[name].public }
    disable_root      = true
    ssh_pwauth        = false
    preserve_hostname = false
  })]) }
}

data "aws_ami" "this" {
  most_recent = true
  owners      = [var.image_owner]

  filter {
    name   = "name"
    values = [coalesce(var.image_name, "debian-12-${local.debian_architecture[var.architecture]}-*")]
  }
  filter {
    name   = "architecture"
    values = [var.architecture]
  }
  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
  filter {
    name   = "root-device-type"
    values = ["ebs"]
  }
}

resource "aws_key_pair" "this" {
  key_name   = var.name
  public_key = var.operator_public_key
}

resource "aws_instance" "this" {
  for_each = var.hosts

  ami                         = data.aws_ami.this.id
  instance_type               = coalesce(var.instance_type, local.small[var.architecture])
  subnet_id                   = aws_subnet.this[each.value.subnet].id
  private_ip                  = each.value.ip
  vpc_security_group_ids      = [aws_security_group.this[each.value.group].id]
  key_name                    = aws_key_pair.this.key_name
  iam_instance_profile        = var.instance_profile
  user_data                   = local.user_data[each.key]
  user_data_replace_on_change = true
  tags                        = { Name = "${var.name}-${each.key}", Host = each.key }

  # IMDSv2 only, and out of reach of the containers, which are one hop further away.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
    volume_size = var.root_volume_gib
    tags        = { Name = "${var.name}-${each.key}" }
  }

  # A newer image on the shelf is no reason to replace a host that runs.
  lifecycle {
    ignore_changes = [ami]
  }
}

resource "aws_eip" "frontend" {
  domain     = "vpc"
  instance   = aws_instance.this["frontend"].id
  tags       = { Name = "${var.name}-frontend" }
  depends_on = [aws_internet_gateway.this]
}
