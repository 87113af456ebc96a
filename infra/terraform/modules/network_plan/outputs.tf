output "subnets" {
  description = "Name -> { cidr, public }."
  value       = local.subnets
}

output "hosts" {
  description = "Name -> { subnet, group, ip }."
  value       = local.hosts
}

output "groups" {
  description = "The security groups."
  value       = local.groups
}

output "flows" {
  description = "The matrix: [{ from, to, protocol, port, why }], from and to a group or a CIDR."
  value       = local.flows
}

output "ingress" {
  description = "Key -> row of the matrix, for every row that enters a group."
  value       = local.ingress
}

output "egress" {
  description = "Key -> row of the matrix, for every row that leaves a group."
  value       = local.egress
}

output "inventory" {
  description = "Ansible's inventory, YAML."
  value       = local.inventory
}

output "ssh_config" {
  description = "For `ssh -F`: every host by name, the private ones through the bastion."
  value       = local.ssh_config
}

output "known_hosts" {
  description = "The hosts' keys, for StrictHostKeyChecking yes."
  value       = local.known_hosts
}

output "target" {
  description = "votebench's target file."
  value       = local.target
}
