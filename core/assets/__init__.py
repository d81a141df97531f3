"""Public weights and data: what they are (manifest), how they get here (fetch), what they become (convert)"""
