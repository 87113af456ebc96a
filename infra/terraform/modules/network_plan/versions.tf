# Pure: no provider, no data source. `terraform test` needs nothing but Terraform.
terraform {
  required_version = ">= 1.11"
}
