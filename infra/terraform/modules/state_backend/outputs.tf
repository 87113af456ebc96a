output "bucket" {
  description = "For `bucket` of the backend."
  value       = aws_s3_bucket.this.id
}

output "lock_table" {
  description = "For `dynamodb_table` of the backend; null: set `use_lockfile = true` instead."
  value       = one(aws_dynamodb_table.lock[*].name)
}
