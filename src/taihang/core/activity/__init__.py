"""Activity data 活动数据: what was bought, burnt, made and passed on, with evidence."""
