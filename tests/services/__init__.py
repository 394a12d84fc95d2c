"""What has to hold on each database that opsportal supports; `make test-services` runs it on the servers."""
