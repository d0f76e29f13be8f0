"""Pages of detection: sources, rules, the editor with its trial and backtest, and how it does."""
