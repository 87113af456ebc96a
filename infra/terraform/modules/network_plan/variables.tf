variable "name" {
  description = "Prefix of every resource's name, and the stack's name in the inventory."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.name))
    error_message = "name must be 1 to 24 lower-case letters, digits and dashes, a letter first."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC, /16 to /20."
  type        = string

  validation {
    condition = can(cidrhost(var.vpc_cidr, 0)) && try(
      cidrhost(var.vpc_cidr, 0) == split("/", var.vpc_cidr)[0] &&
      contains(range(16, 21), tonumber(split("/", var.vpc_cidr)[1])), false
    )
    error_message = "vpc_cidr must be a network of /16 to /20, such as 10.42.0.0/16."
  }
}

variable "operator_cidr" {
  description = "Who may use SSH: your own address as /32, at most a /24."
  type        = string

  validation {
    condition = can(cidrhost(var.operator_cidr, 0)) && try(
      cidrhost(var.operator_cidr, 0) == split("/", var.operator_cidr)[0] &&
      tonumber(split("/", var.operator_cidr)[1]) >= 24, false
    )
    error_message = "operator_cidr must be an IPv4 network of /24 to /32, such as 198.51.100.10/32."
  }
}

variable "monitoring_cidr" {
  description = "Who may see Grafana and Prometheus; null: the operator."
  type        = string
  default     = null

  validation {
    condition     = var.monitoring_cidr == null || can(cidrhost(var.monitoring_cidr, 0))
    error_message = "monitoring_cidr must be an IPv4 network, or null."
  }
}

variable "https" {
  description = "Open 443 of the frontend to the world; for a stack that has a certificate."
  type        = bool
  default     = false
}

variable "apt_over_http" {
  description = "Let the hosts fetch packages over port 80; false when their apt sources are https."
  type        = bool
  default     = true
}

variable "frontend_address" {
  description = "The public address of the frontend."
  type        = string
}

variable "ssh_user" {
  description = "The login user of the machine image."
  type        = string
  default     = "admin"
}

variable "host_public_keys" {
  description = "OpenSSH public host key of each host, made before the hosts boot."
  type        = map(string)
}

variable "artifacts_dir" {
  description = "Absolute path of the folder that the generated files and the keys live in."
  type        = string

  validation {
    condition     = startswith(var.artifacts_dir, "/") && can(regex("^[^\\s\"'%]+$", var.artifacts_dir))
    error_message = "artifacts_dir must be an absolute path without spaces, quotes and percent signs."
  }
}

variable "profile" {
  description = "How the voting app behaves: a contract profile of votebench."
  type        = string
  default     = "dockersamples"
}
