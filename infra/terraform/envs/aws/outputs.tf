# infra/aws/artifacts writes these to files.

output "inventory" {
  description = "Ansible's inventory."
  value       = module.network_plan.inventory
}

output "ssh_config" {
  description = "For `ssh -F`."
  value       = module.network_plan.ssh_config
}

output "known_hosts" {
  description = "The hosts' keys."
  value       = module.network_plan.known_hosts
}

output "target" {
  description = "votebench's target file."
  value       = module.network_plan.target
}

output "flows" {
  description = "The flow matrix, who may talk to whom."
  value       = module.network_plan.flows
}

output "agent_config" {
  description = "Host name -> configuration of the CloudWatch agent."
  value       = module.observability.agent_config
}

output "place" {
  description = "Where the stack is; infra/aws/stack refuses to change it from anywhere else."
  value       = { region = var.region, account = data.aws_caller_identity.this.account_id }
}

output "provisioning" {
  description = "What runs where, for a run's record."
  value = {
    name             = var.name
    region           = var.region
    architecture     = var.architecture
    profile          = var.profile
    image_name       = module.stack.image_name
    frontend_address = module.stack.frontend_address
    nat_address      = module.stack.nat_address
    instances        = module.stack.instances
    log_groups       = module.observability.log_groups
    alarm_topic      = module.observability.alarm_topic
  }
}
