"""The smallest honest Kivy window of a size: one label. Prints when its first frame was flipped, then its memory."""

import os
import sys
import time

os.environ.update(KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1", KIVY_NO_CONSOLELOG="1")

from kivy.config import Config

WIDTH, HEIGHT = (int(part) for part in sys.argv[1].split("x"))
Config.set("graphics", "width", str(WIDTH))
Config.set("graphics", "height", str(HEIGHT))
Config.set("graphics", "multisamples", "0")
Config.set("graphics", "maxfps", "30")

from kivy.app import App  # noqa: E402
from kivy.clock import Clock  # noqa: E402
from kivy.uix.label import Label  # noqa: E402


class Bare(App):
    def build(self) -> Label:
        return Label(text="Guten Tag")

    def on_start(self) -> None:
        Clock.schedule_once(self.first_frame, 0)

    def first_frame(self, _dt: float) -> None:
        sys.stdout.write(f"{time.monotonic()}\n")
        sys.stdout.flush()


Bare().run()
