mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:000000000000:vb-alarms" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:000000000000:log-group:mocked" }
  }
}

variables {
  name        = "vb"
  region      = "eu-central-1"
  host_names  = ["frontend", "backend"]
  instances   = { frontend = "i-f", backend = "i-b" }
  alarm_email = "ops@example.org"
}

run "every_host_is_watched" {
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(flatten([
      for host in ["frontend", "backend"] : [for alarm in ["cpu", "memory", "disk", "status"] : "${host}-${alarm}"]
    ]))
    error_message = jsonencode(keys(aws_cloudwatch_metric_alarm.this))
  }
  assert {
    condition = alltrue([for key, alarm in aws_cloudwatch_metric_alarm.this :
      alarm.dimensions.InstanceId == var.instances[split("-", key)[0]] &&
      alarm.alarm_actions == toset([aws_sns_topic.alarms.arn])
    ])
    error_message = "an alarm watches another host, or tells nobody"
  }
  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "ops@example.org"
    error_message = "the e-mail address is not subscribed"
  }
}

run "hosts_may_write_their_own_logs_and_metrics_only" {
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.agent.policy).Statement[0].Condition.StringEquals["cloudwatch:namespace"] == "votebench/vb" &&
      aws_iam_instance_profile.host.role == aws_iam_role.host.name
    )
    error_message = aws_iam_role_policy.agent.policy
  }
}

run "nobody_has_to_be_told" {
  command = plan
  variables { alarm_email = null }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "somebody is subscribed"
  }
}

run "an_address_is_an_address" {
  command = plan
  variables { alarm_email = "ops" }
  expect_failures = [var.alarm_email]
}
