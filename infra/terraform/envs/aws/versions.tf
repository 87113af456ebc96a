terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "= 5.100.0"
    }
  }

  # Beside the other files of the stack. backend_override.tf moves it to S3.
  backend "local" {
    path = "../../../../artifacts/aws/terraform.tfstate"
  }
}

provider "aws" {
  region                  = var.region
  access_key              = var.aws_endpoint == null ? null : "emulator"
  secret_key              = var.aws_endpoint == null ? null : "emulator"
  skip_metadata_api_check = var.aws_endpoint != null
  max_retries             = var.aws_endpoint == null ? null : 2

  dynamic "endpoints" {
    for_each = var.aws_endpoint[*]
    content {
      cloudwatch     = endpoints.value
      cloudwatchlogs = endpoints.value
      ec2            = endpoints.value
      iam            = endpoints.value
      sns            = endpoints.value
      sts            = endpoints.value
    }
  }

  default_tags {
    tags = { Project = "votebench", Stack = var.name }
  }
}
