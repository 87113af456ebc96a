module "state_backend" {
  source = "../../modules/state_backend"

  bucket     = var.bucket
  lock_table = var.lock_table
}
