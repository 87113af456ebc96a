output "backend" {
  description = "What envs/aws/backend_override.tf needs."
  value = merge(
    { bucket = module.state_backend.bucket, region = var.region },
    module.state_backend.lock_table == null ? { use_lockfile = true } : { dynamodb_table = module.state_backend.lock_table },
  )
}
