from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "tongxin.simulation"
    label = "simulation"
