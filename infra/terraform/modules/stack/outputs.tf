output "frontend_address" {
  description = "The public address of the frontend."
  value       = aws_eip.frontend.public_ip
}

output "instances" {
  description = "Host name -> id, type, image and addresses."
  value = {
    for name, host in aws_instance.this : name => {
      id         = host.id
      type       = host.instance_type
      image      = host.ami
      private_ip = host.private_ip
      public_ip  = name == "frontend" ? aws_eip.frontend.public_ip : null
    }
  }
}

output "image_name" {
  description = "The machine image that the look-up found."
  value       = data.aws_ami.this.name
}

output "nat_address" {
  description = "The address that the private hosts have on the internet."
  value       = aws_eip.nat.public_ip
}
