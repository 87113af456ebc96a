"""What a Terraform plan (`terraform show -json PLAN`) says: what costs money, what would be destroyed,
and where all of it is."""
import collections

from policy import resources

WIDTH = 80


def costs(plan):
    """Lines for people: what costs money as long as it is there."""
    count, sizes = collections.Counter(), collections.Counter()
    for entry in resources(plan["planned_values"]["root_module"]):
        count[entry["type"]] += 1
        if entry["type"] == "aws_instance":
            disk = entry["values"]["root_block_device"][0]
            sizes[f"{entry['values']['instance_type']} with {disk['volume_size']} GiB"] += 1
    lines = [f"  {number} instances {size} of disk each" for size, number in sizes.items()]
    return lines + [f"  {count[kind]} {name}" for kind, name in (
        ("aws_nat_gateway", "NAT gateway, by the hour and by the gigabyte"),
        ("aws_eip", "public addresses"), ("aws_cloudwatch_metric_alarm", "alarms"),
        ("aws_cloudwatch_log_group", "log groups, by the gigabyte"))]


def there(plan):
    """Is anything of it on AWS already?"""
    state = plan.get("prior_state", {}).get("values", {})
    return any(True for _ in resources(state.get("root_module", {})))


def destroyed(plan):
    """Two lists of lines: what would be destroyed or replaced; and what an earlier apply had only
    begun to make, so that nobody can miss it when it is made again."""
    lost, half_made = [], []
    for entry in plan.get("resource_changes", []):
        if entry["mode"] != "managed" or "delete" not in entry["change"]["actions"]:
            continue
        begun = entry.get("action_reason") == "replace_because_tainted"
        (half_made if begun else lost).append(_in_words(entry))
    return lost, half_made


def _in_words(entry):
    verb = "replace" if "create" in entry["change"]["actions"] else "destroy"
    before = entry["change"]["before"]
    names = ((before.get("tags") or {}).get("Name") or before.get("name"), before.get("id"))
    known = ", ".join(dict.fromkeys(filter(None, names)))
    line = f"  {verb} {entry['address']}"
    between = " " if len(line) + len(known) + 3 <= WIDTH else "\n          "
    return f"{line}{between}({known})"


def place(plan):
    """{region, account} that a plan was made for."""
    asked = next(entry for entry in plan["prior_state"]["values"]["root_module"]["resources"]
                 if entry["address"] == "data.aws_caller_identity.this")
    return {"region": plan["variables"]["region"]["value"],
            "account": asked["values"]["account_id"]}


def former_place(plan):
    """The same of the last apply, as the state remembers it; {} before the first."""
    return plan.get("output_changes", {}).get("place", {}).get("before") or {}
