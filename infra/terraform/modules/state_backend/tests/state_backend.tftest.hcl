mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::vb-state" }
  }
}

variables {
  bucket = "vb-state"
}

run "a_state_is_versioned_encrypted_and_private" {
  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "old states are not kept"
  }
  assert {
    condition = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    ])
    error_message = "states are not encrypted"
  }
  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls &&
      aws_s3_bucket_public_access_block.this.block_public_policy &&
      aws_s3_bucket_public_access_block.this.ignore_public_acls &&
      aws_s3_bucket_public_access_block.this.restrict_public_buckets
    )
    error_message = "the bucket can be made public"
  }
  assert {
    condition     = length(aws_dynamodb_table.lock) == 0
    error_message = "a lock table that nobody asked for"
  }
}

run "a_lock_table_on_request" {
  command = plan
  variables { lock_table = "vb-locks" }

  assert {
    condition     = aws_dynamodb_table.lock[0].hash_key == "LockID"
    error_message = "Terraform looks for LockID"
  }
}

run "bucket_names_are_checked" {
  command = plan
  variables { bucket = "My_State" }
  expect_failures = [var.bucket]
}
