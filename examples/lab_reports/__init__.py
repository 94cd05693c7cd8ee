"""The lab reports of `examples/reports`: invented people, realistic sheets, one module per country."""
