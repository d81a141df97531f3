"""What is fed to models: corpora and toy tasks."""
