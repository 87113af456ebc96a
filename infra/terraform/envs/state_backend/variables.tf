variable "bucket" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string
}

variable "lock_table" {
  description = "Name of a DynamoDB table for locks; null: the lock is a file in the bucket."
  type        = string
  default     = null
}

variable "region" {
  description = "Where the bucket is."
  type        = string
  default     = "eu-central-1"
}

variable "aws_endpoint" {
  description = "Another address for every AWS API (the tests' emulator); null: AWS itself."
  type        = string
  default     = null
}
