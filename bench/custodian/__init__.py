"""Cloud Custodian and a bare script on the account that a sweep is measured on."""
