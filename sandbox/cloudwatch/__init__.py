"""CloudWatch of our own: metrics as formulas or as given points, their statistics, and alarms."""
