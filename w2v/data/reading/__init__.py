"""Reading: from files, folders or sentences to word ids on disk."""
