variable "bucket" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket must be 3 to 63 lower-case letters, digits, dots and dashes."
  }
}

variable "lock_table" {
  description = "Name of a DynamoDB table for locks; null: the lock is a file in the bucket."
  type        = string
  default     = null
}
