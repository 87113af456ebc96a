# Copy to my.tfvars (git ignores it) and use it for plan, apply and destroy alike.

operator_cidr = "198.51.100.10/32" # your own public address
region        = "eu-central-1"

# name          = "votebench" # of --as NAME: "votebench-NAME"; no two stacks of an account may share it
# architecture  = "arm64"
# instance_type = "t3.medium"
# image_name    = "debian-12-amd64-*" # an exact name pins the image
# alarm_email   = "ops@example.org"
