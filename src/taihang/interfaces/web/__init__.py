"""The pages: server-rendered, in Chinese and English, with every asset in the package."""
