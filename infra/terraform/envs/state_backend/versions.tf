terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "= 5.100.0"
    }
  }

  # The one state that cannot live in the bucket: it is small and made once. Keep the file.
  backend "local" {
    path = "../../../../artifacts/state_backend/terraform.tfstate"
  }
}

provider "aws" {
  region                  = var.region
  access_key              = var.aws_endpoint == null ? null : "emulator"
  secret_key              = var.aws_endpoint == null ? null : "emulator"
  skip_metadata_api_check = var.aws_endpoint != null
  s3_use_path_style       = var.aws_endpoint != null
  max_retries             = var.aws_endpoint == null ? null : 2

  dynamic "endpoints" {
    for_each = var.aws_endpoint[*]
    content {
      dynamodb = endpoints.value
      s3       = endpoints.value
      sts      = endpoints.value
    }
  }

  default_tags {
    tags = { Project = "votebench" }
  }
}
