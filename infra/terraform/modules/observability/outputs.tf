output "instance_profile" {
  description = "For the hosts: lets their agent write metrics and logs."
  value       = aws_iam_instance_profile.host.name
}

output "agent_config" {
  description = "Host name -> configuration of the CloudWatch agent, JSON."
  value       = local.agent_config
}

output "log_groups" {
  description = "Host name -> log group."
  value       = { for host, group in aws_cloudwatch_log_group.this : host => group.name }
}

output "alarm_topic" {
  description = "ARN of the topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}
