"""CloudFormation's own lifecycle: asynchronous change sets, operations that take time, events, rollbacks."""
