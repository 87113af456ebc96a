locals {
  # What the agent publishes under and the alarms look for: one value for both.
  namespace = "votebench/${var.name}"

  agent_config = {
    for host in var.host_names : host => templatefile("${path.module}/templates/agent.json.tftpl", {
      namespace = local.namespace
      region    = var.region
      log_group = aws_cloudwatch_log_group.this[host].name
    })
  }
}

# --- logs -------------------------------------------------------------------------------------------

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.host_names

  name              = "/votebench/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
}

# --- alarms: every metric with exactly the dimensions that its publisher gives it -------------------

locals {
  alarms = {
    cpu = {
      namespace = local.namespace, metric = "cpu_usage_active", path = null
      statistic = "Average", limit = var.limits.cpu, text = "CPU above ${var.limits.cpu} % for 5 minutes"
    }
    memory = {
      namespace = local.namespace, metric = "mem_used_percent", path = null
      statistic = "Average", limit = var.limits.memory, text = "memory above ${var.limits.memory} % for 5 minutes"
    }
    disk = {
      namespace = local.namespace, metric = "disk_used_percent", path = "/"
      statistic = "Average", limit = var.limits.disk, text = "disk above ${var.limits.disk} % for 5 minutes"
    }
    status = {
      namespace = "AWS/EC2", metric = "StatusCheckFailed", path = null
      statistic = "Maximum", limit = 0, text = "AWS's status check fails"
    }
  }

  host_alarms = {
    for pair in setproduct(var.host_names, keys(local.alarms)) :
    "${pair[0]}-${pair[1]}" => merge(local.alarms[pair[1]], { host = pair[0] })
  }
}

resource "aws_sns_topic" "alarms" {
  name = "${var.name}-alarms"
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.host_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.host}: ${each.value.text}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = merge({ InstanceId = var.instances[each.value.host] }, each.value.path == null ? {} : { path = each.value.path })
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.limit
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# --- what a host may tell CloudWatch, and nothing else ----------------------------------------------

resource "aws_iam_role" "host" {
  name = "${var.name}-host"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "agent" {
  name = "cloudwatch-agent"
  role = aws_iam_role.host.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["cloudwatch:PutMetricData"]
        Resource  = ["*"] # this action knows no resources; the condition narrows it
        Condition = { StringEquals = { "cloudwatch:namespace" = local.namespace } }
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
      },
    ]
  })
}

resource "aws_iam_instance_profile" "host" {
  name = "${var.name}-host"
  role = aws_iam_role.host.name
}
