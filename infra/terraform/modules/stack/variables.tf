variable "name" {
  description = "Prefix of every resource's name."
  type        = string
}

variable "vpc_cidr" {
  description = "Addresses of the VPC."
  type        = string
}

variable "availability_zone" {
  description = "The zone of all subnets."
  type        = string
}

# The five below are outputs of modules/network_plan.

variable "subnets" {
  description = "Name -> CIDR, and whether it is public. One of them is named public."
  type        = map(object({ cidr = string, public = bool }))
}

variable "hosts" {
  description = "Name -> subnet, security group and private address. One of them is named frontend."
  type        = map(object({ subnet = string, group = string, ip = string }))
}

variable "groups" {
  description = "The security groups."
  type        = set(string)
}

variable "ingress" {
  description = "Key -> a row of the matrix that enters the group `to`."
  type = map(object({
    from = string, to = string, protocol = string, port = number, why = string
  }))
}

variable "egress" {
  description = "Key -> a row of the matrix that leaves the group `from`."
  type = map(object({
    from = string, to = string, protocol = string, port = number, why = string
  }))
}

variable "architecture" {
  description = "x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture must be x86_64 or arm64."
  }
}

variable "instance_type" {
  description = "The size of every host; null: a small one of the architecture."
  type        = string
  default     = null
}

variable "image_name" {
  description = "Name of the machine image, with * as wildcard; null: Debian 12 of the architecture."
  type        = string
  default     = null
}

variable "image_owner" {
  description = "The account that publishes the image. 136693071363 is Debian."
  type        = string
  default     = "136693071363"
}

variable "root_volume_gib" {
  description = "Size of each host's disk."
  type        = number
  default     = 20
}

variable "operator_public_key" {
  description = "OpenSSH public key of the operator."
  type        = string
}

variable "host_keys" {
  description = "Host name -> its SSH host key, made before the host boots."
  type        = map(object({ private = string, public = string }))
  sensitive   = true
}

variable "instance_profile" {
  description = "IAM instance profile of every host; null: none."
  type        = string
  default     = null
}
