"""Which metrics a CloudWatch agent publishes with a configuration, and which an alarm looks for.

An alarm on a metric that nobody publishes under exactly these dimensions never fires, and says so
nowhere. The names come from the agent's documentation: the plugin's name, an underscore, the
measurement."""

# The dimensions that each plugin adds by itself.
PLUGIN_DIMENSIONS = {"cpu": {"cpu"}, "mem": set(), "swap": set(), "disk": {"path", "device", "fstype"},
                     "net": {"interface"}, "diskio": {"name"}}
# What AWS publishes for every instance without an agent.
AWS_METRICS = {("AWS/EC2", name, frozenset({"InstanceId"}))
               for name in ("CPUUtilization", "StatusCheckFailed", "StatusCheckFailed_Instance",
                            "StatusCheckFailed_System")}


def published(config):
    """{(namespace, metric, dimension names)} of an agent's configuration."""
    metrics = config["metrics"]
    found = set()
    for plugin, section in metrics["metrics_collected"].items():
        own = PLUGIN_DIMENSIONS[plugin] - ({"device"} if section.get("drop_device") else set())
        full = own | metrics.get("append_dimensions", {}).keys()
        sets = [full] + [set(names) for names in metrics.get("aggregation_dimensions", [])]
        for measurement in section["measurement"]:
            for names in sets:
                if names <= full:
                    found.add((metrics["namespace"], f"{plugin}_{measurement}", frozenset(names)))
    return found


def watched(resources):
    """Alarm name -> (namespace, metric, { dimension: value }) of a state's resources."""
    return {alarm["values"]["alarm_name"]: (alarm["values"]["namespace"],
                                            alarm["values"]["metric_name"],
                                            alarm["values"]["dimensions"])
            for alarm in resources if alarm["type"] == "aws_cloudwatch_metric_alarm"}


def unheard(alarms, config):
    """The names of those alarms that look for a metric which neither AWS nor the agent publishes."""
    known = published(config) | AWS_METRICS
    return sorted(name for name, (namespace, metric, dimensions) in alarms.items()
                  if (namespace, metric, frozenset(dimensions)) not in known)
