# A key with imported key material, as Terraform keeps it.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

resource "aws_kms_external_key" "imported" {
  description             = "by Terraform"
  key_material_base64     = base64encode("thirty-two bytes of key material")
  enabled                 = true
  deletion_window_in_days = 7
}
