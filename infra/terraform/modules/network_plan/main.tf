# Who exists and who may talk to whom, as data. Everything else is derived from here: the stack's
# resources, the inventory, the SSH configuration, votebench's target, and the tests' firewall.

locals {
  world           = "0.0.0.0/0"
  resolver        = "${cidrhost(var.vpc_cidr, 2)}/32" # AWS puts its resolver on the third address
  monitoring_cidr = coalesce(var.monitoring_cidr, var.operator_cidr)
  groups          = toset(["frontend", "backend", "database"])

  subnets = {
    public   = { cidr = cidrsubnet(var.vpc_cidr, 8, 1), public = true }
    backend  = { cidr = cidrsubnet(var.vpc_cidr, 8, 11), public = false }
    database = { cidr = cidrsubnet(var.vpc_cidr, 8, 21), public = false }
  }

  hosts = {
    frontend = { subnet = "public", group = "frontend", ip = cidrhost(local.subnets.public.cidr, 10) }
    backend  = { subnet = "backend", group = "backend", ip = cidrhost(local.subnets.backend.cidr, 10) }
    database = { subnet = "database", group = "database", ip = cidrhost(local.subnets.database.cidr, 10) }
  }
}

# --- the flow matrix: each row opens one port between two groups, or a group and a network ---------

locals {
  inbound = concat(
    [
      { from = var.operator_cidr, to = "frontend", port = 22, why = "SSH, bastion" },
      { from = local.world, to = "frontend", port = 80, why = "vote" },
      { from = local.world, to = "frontend", port = 5001, why = "result" },
      { from = local.monitoring_cidr, to = "frontend", port = 3000, why = "Grafana" },
      { from = local.monitoring_cidr, to = "frontend", port = 9090, why = "Prometheus" },
    ],
    var.https ? [{ from = local.world, to = "frontend", port = 443, why = "HTTPS" }] : [],
  )

  between = [
    { from = "frontend", to = "backend", port = 22, why = "SSH over the bastion" },
    { from = "frontend", to = "backend", port = 6379, why = "vote to Redis" },
    { from = "frontend", to = "backend", port = 9100, why = "node exporter" },
    { from = "frontend", to = "backend", port = 9121, why = "Redis exporter" },
    { from = "frontend", to = "database", port = 22, why = "SSH over the bastion" },
    { from = "frontend", to = "database", port = 5432, why = "result to PostgreSQL" },
    { from = "frontend", to = "database", port = 9100, why = "node exporter" },
    { from = "frontend", to = "database", port = 9187, why = "PostgreSQL exporter" },
    { from = "backend", to = "database", port = 5432, why = "worker to PostgreSQL" },
  ]

  outbound = flatten([for group in local.groups : concat(
    [
      { from = group, to = local.world, protocol = "tcp", port = 443, why = "images, packages, AWS" },
      { from = group, to = local.resolver, protocol = "udp", port = 53, why = "DNS" },
      { from = group, to = local.resolver, protocol = "tcp", port = 53, why = "DNS" },
      { from = group, to = local.world, protocol = "udp", port = 123, why = "NTP" },
    ],
    var.apt_over_http ? [
      { from = group, to = local.world, protocol = "tcp", port = 80, why = "packages" },
    ] : [],
  )])

  flows = concat(
    [for flow in concat(local.inbound, local.between) : merge(flow, { protocol = "tcp" })],
    local.outbound,
  )

  # A row opens both of its ends that are groups: every group reference has its mirror.
  ingress = {
    for flow in local.flows :
    "${flow.to}-${flow.protocol}-${flow.port}-from-${replace(flow.from, "/", "_")}" => flow
    if contains(local.groups, flow.to)
  }
  egress = {
    for flow in local.flows :
    "${flow.from}-to-${replace(flow.to, "/", "_")}-${flow.protocol}-${flow.port}" => flow
    if contains(local.groups, flow.from)
  }
}

# --- files for people and programs ------------------------------------------------------------------

locals {
  bastion = "frontend"
  files = {
    name             = var.name
    artifacts_dir    = var.artifacts_dir
    ssh_user         = var.ssh_user
    hosts            = local.hosts
    bastion          = local.bastion
    frontend_address = var.frontend_address
    profile          = var.profile
  }

  inventory  = templatefile("${path.module}/templates/inventory.yaml.tftpl", local.files)
  ssh_config = templatefile("${path.module}/templates/ssh_config.tftpl", local.files)
  target     = templatefile("${path.module}/templates/target.yaml.tftpl", local.files)

  known_hosts = join("", [
    for name, host in local.hosts :
    "${name},${name == local.bastion ? var.frontend_address : host.ip} ${trimspace(var.host_public_keys[name])}\n"
  ])
}
