"""Areas down to grid and door, sites, and the dated rule rows that hold there. 地"""
