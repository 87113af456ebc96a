variable "operator_cidr" {
  description = "Who may use SSH: your own public address as /32, at most a /24."
  type        = string
}

variable "name" {
  description = "Prefix of every resource's name."
  type        = string
  default     = "votebench"
}

variable "region" {
  description = "Where the stack stands."
  type        = string
  default     = "eu-central-1"
}

variable "availability_zone" {
  description = "The zone of the region; null: its first."
  type        = string
  default     = null
}

variable "vpc_cidr" {
  description = "Addresses of the VPC, /16 to /20."
  type        = string
  default     = "10.42.0.0/16"
}

variable "monitoring_cidr" {
  description = "Who may see Grafana and Prometheus; null: the operator."
  type        = string
  default     = null
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

variable "architecture" {
  description = "x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "instance_type" {
  description = "The size of every host; null: t3.small (x86_64) or t4g.small (arm64)."
  type        = string
  default     = null
}

variable "image_name" {
  description = "Name of the machine image, with * as wildcard; null: the newest Debian 12."
  type        = string
  default     = null
}

variable "alarm_email" {
  description = "Who is told about alarms; null: nobody. AWS asks the address to confirm."
  type        = string
  default     = null
}

variable "profile" {
  description = "How the voting app behaves: a contract profile of votebench."
  type        = string
  default     = "dockersamples"
}

variable "artifacts_dir" {
  description = "Where infra/aws/keys put the keys; null: artifacts/aws of the repository."
  type        = string
  default     = null
}

variable "aws_endpoint" {
  description = "Another address for every AWS API (the tests' emulator); null: AWS itself."
  type        = string
  default     = null
}
