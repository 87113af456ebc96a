variable "name" {
  description = "Prefix of every resource's name."
  type        = string
}

variable "region" {
  description = "Where the agent sends to."
  type        = string
}

variable "instances" {
  description = "Host name -> instance id."
  type        = map(string)
}

variable "host_names" {
  description = "The hosts, known before any of them exists."
  type        = set(string)
}

variable "alarm_email" {
  description = "Who is told about alarms; null: nobody. AWS asks the address to confirm."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@\\s]+@[^@\\s]+$", var.alarm_email))
    error_message = "alarm_email must be an e-mail address, or null."
  }
}

variable "log_retention_days" {
  description = "After so many days CloudWatch deletes logs."
  type        = number
  default     = 14
}

variable "limits" {
  description = "Percentages above which an alarm is raised."
  type        = object({ cpu = number, memory = number, disk = number })
  default     = { cpu = 80, memory = 90, disk = 85 }
}
