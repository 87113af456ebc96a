variables {
  name             = "vb"
  vpc_cidr         = "10.42.0.0/16"
  operator_cidr    = "198.51.100.10/32"
  frontend_address = "198.51.100.110"
  artifacts_dir    = "/srv/artifacts/aws"
  host_public_keys = { frontend = "ssh-ed25519 F", backend = "ssh-ed25519 B", database = "ssh-ed25519 D\n" }
}

run "addresses_stay_where_they_are" {
  command = plan

  assert {
    condition = { for name, host in output.hosts : name => host.ip } == {
      frontend = "10.42.1.10", backend = "10.42.11.10", database = "10.42.21.10"
    }
    error_message = jsonencode(output.hosts)
  }
  assert {
    condition     = [for name, subnet in output.subnets : name if subnet.public] == ["public"]
    error_message = "exactly the subnet 'public' is public"
  }
}

run "the_smallest_network_has_room" {
  command = plan

  variables { vpc_cidr = "10.42.16.0/20" }

  assert {
    condition     = output.hosts.database.ip == "10.42.17.90"
    error_message = jsonencode(output.hosts)
  }
}

run "ssh_goes_over_the_bastion_and_trusts_only_known_keys" {
  command = plan

  assert {
    condition = strcontains(output.ssh_config,
    "Host database\n  HostName 10.42.21.10\n  HostKeyAlias database\n  ProxyJump frontend\n")
    error_message = output.ssh_config
  }
  assert {
    condition = endswith(output.ssh_config,
    "Host frontend\n  HostName 198.51.100.110\n  HostKeyAlias frontend\n")
    error_message = output.ssh_config
  }
  assert {
    condition     = strcontains(output.ssh_config, "StrictHostKeyChecking yes\n")
    error_message = output.ssh_config
  }
  assert {
    condition     = output.known_hosts == "backend,10.42.11.10 ssh-ed25519 B\ndatabase,10.42.21.10 ssh-ed25519 D\nfrontend,198.51.100.110 ssh-ed25519 F\n"
    error_message = output.known_hosts
  }
}

run "files_are_yaml" {
  command = plan

  assert {
    condition = yamldecode(output.inventory).all.children == {
      frontend_tier = { hosts = { frontend = { private_ip = "10.42.1.10" } } }
      backend_tier  = { hosts = { backend = { private_ip = "10.42.11.10" } } }
      database_tier = { hosts = { database = { private_ip = "10.42.21.10" } } }
    }
    error_message = output.inventory
  }
  assert {
    condition = (
      yamldecode(output.target).vote.url == "http://198.51.100.110/" &&
      yamldecode(output.target).redis.url == "redis://10.42.11.10:6379/0" &&
      yamldecode(output.target).tunnel == {
        ssh_config = "/srv/artifacts/aws/ssh_config", via = "frontend"
      }
    )
    error_message = output.target
  }
}

run "the_whole_internet_is_no_operator" {
  command = plan
  variables { operator_cidr = "0.0.0.0/0" }
  expect_failures = [var.operator_cidr]
}

run "an_address_without_a_mask_is_no_network" {
  command = plan
  variables { operator_cidr = "198.51.100.10" }
  expect_failures = [var.operator_cidr]
}

run "a_network_has_no_host_bits" {
  command = plan
  variables { vpc_cidr = "10.42.0.1/16" }
  expect_failures = [var.vpc_cidr]
}

run "a_network_must_have_room" {
  command = plan
  variables { vpc_cidr = "10.42.0.0/24" }
  expect_failures = [var.vpc_cidr]
}

run "names_fit_everywhere" {
  command = plan
  variables { name = "My Stack" }
  expect_failures = [var.name]
}

run "paths_fit_into_configuration_files" {
  command = plan
  variables { artifacts_dir = "/srv/my artifacts" }
  expect_failures = [var.artifacts_dir]
}
