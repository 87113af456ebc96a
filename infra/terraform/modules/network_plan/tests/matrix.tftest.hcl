# The matrix once more, by hand: a row that is added, widened or lost in main.tf fails here.

variables {
  name             = "vb"
  vpc_cidr         = "10.42.0.0/16"
  operator_cidr    = "198.51.100.10/32"
  frontend_address = "198.51.100.110"
  artifacts_dir    = "/srv/artifacts/aws"
  host_public_keys = { frontend = "ssh-ed25519 F", backend = "ssh-ed25519 B", database = "ssh-ed25519 D" }
}

run "the_matrix" {
  command = plan

  assert {
    condition = toset([
      for flow in output.ingress : "${flow.to} ${flow.protocol}/${flow.port} from ${flow.from}"
      ]) == toset([
      "frontend tcp/22 from 198.51.100.10/32",
      "frontend tcp/80 from 0.0.0.0/0",
      "frontend tcp/5001 from 0.0.0.0/0",
      "frontend tcp/3000 from 198.51.100.10/32",
      "frontend tcp/9090 from 198.51.100.10/32",
      "backend tcp/22 from frontend",
      "backend tcp/6379 from frontend",
      "backend tcp/9100 from frontend",
      "backend tcp/9121 from frontend",
      "database tcp/22 from frontend",
      "database tcp/5432 from backend",
      "database tcp/5432 from frontend",
      "database tcp/9100 from frontend",
      "database tcp/9187 from frontend",
    ])
    error_message = "ingress is not the matrix: ${join(", ", keys(output.ingress))}"
  }

  assert {
    condition = toset([
      for flow in output.egress : "${flow.from} to ${flow.to} ${flow.protocol}/${flow.port}"
      if contains(output.groups, flow.to)
      ]) == toset([
      "frontend to backend tcp/22",
      "frontend to backend tcp/6379",
      "frontend to backend tcp/9100",
      "frontend to backend tcp/9121",
      "frontend to database tcp/22",
      "frontend to database tcp/5432",
      "frontend to database tcp/9100",
      "frontend to database tcp/9187",
      "backend to database tcp/5432",
    ])
    error_message = "egress between groups is not the matrix: ${join(", ", keys(output.egress))}"
  }

  assert {
    condition = toset([
      for flow in output.egress : "${flow.from} to ${flow.to} ${flow.protocol}/${flow.port}"
      if !contains(output.groups, flow.to)
      ]) == toset(flatten([for group in ["frontend", "backend", "database"] : [
        "${group} to 0.0.0.0/0 tcp/443",
        "${group} to 0.0.0.0/0 tcp/80",
        "${group} to 0.0.0.0/0 udp/123",
        "${group} to 10.42.0.2/32 tcp/53",
        "${group} to 10.42.0.2/32 udp/53",
    ]]))
    error_message = "egress to networks is not the matrix: ${join(", ", keys(output.egress))}"
  }

  assert {
    condition     = length(output.ingress) == 14 && length(output.egress) == 24
    error_message = "two rows share a key"
  }
}

run "options_open_and_close_what_they_say" {
  command = plan

  variables {
    https           = true
    apt_over_http   = false
    monitoring_cidr = "203.0.113.0/24"
  }

  assert {
    condition     = output.ingress["frontend-tcp-443-from-0.0.0.0_0"].why == "HTTPS"
    error_message = "https does not open 443"
  }
  assert {
    condition     = alltrue([for flow in output.egress : flow.port != 80])
    error_message = "a host may still fetch packages over port 80"
  }
  assert {
    condition = alltrue([
      for flow in output.ingress :
      (flow.from == "203.0.113.0/24") == contains([3000, 9090], flow.port)
    ])
    error_message = "monitoring_cidr is not exactly for Grafana and Prometheus"
  }
}
