# A stack stays in the account that made it.
data "aws_caller_identity" "this" {}

locals {
  artifacts_dir = coalesce(var.artifacts_dir, abspath("${path.root}/../../../../artifacts/aws"))
  host_names    = toset(["frontend", "backend", "database"])

  # Made by infra/aws/keys before the first plan.
  operator_public_key = file("${local.artifacts_dir}/keys/operator.pub")
  host_keys = { for host in local.host_names : host => {
    private = file("${local.artifacts_dir}/keys/host_${host}")
    public  = file("${local.artifacts_dir}/keys/host_${host}.pub")
  } }
}

module "network_plan" {
  source = "../../modules/network_plan"

  name             = var.name
  vpc_cidr         = var.vpc_cidr
  operator_cidr    = var.operator_cidr
  monitoring_cidr  = var.monitoring_cidr
  https            = var.https
  apt_over_http    = var.apt_over_http
  frontend_address = module.stack.frontend_address
  host_public_keys = { for host, key in local.host_keys : host => key.public }
  artifacts_dir    = local.artifacts_dir
  profile          = var.profile
}

module "stack" {
  source = "../../modules/stack"

  name                = var.name
  vpc_cidr            = var.vpc_cidr
  availability_zone   = coalesce(var.availability_zone, "${var.region}a")
  subnets             = module.network_plan.subnets
  hosts               = module.network_plan.hosts
  groups              = module.network_plan.groups
  ingress             = module.network_plan.ingress
  egress              = module.network_plan.egress
  architecture        = var.architecture
  instance_type       = var.instance_type
  image_name          = var.image_name
  operator_public_key = local.operator_public_key
  host_keys           = local.host_keys
  instance_profile    = module.observability.instance_profile
}

module "observability" {
  source = "../../modules/observability"

  name        = var.name
  region      = var.region
  host_names  = toset(keys(module.network_plan.hosts))
  instances   = { for name, instance in module.stack.instances : name => instance.id }
  alarm_email = var.alarm_email
}
