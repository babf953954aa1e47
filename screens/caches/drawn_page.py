"""A page as Kivy draws it, built on entry and released when it is left."""

from kivy.graphics import InstructionGroup, Rotate

from screens.display_list import Target
from screens.layout import Sheet
from screens.paint import Arc, Painter


def group_of_page() -> InstructionGroup:
    """A group that Kivy draws as it is.

    Its compiler saves nothing on pages that are drawn a few times, and makes a group know itself, which then waits for
    the garbage collector.
    """
    return InstructionGroup(nocompiler=True)


class DrawnPage:
    """A sheet and its instructions: one group for the ground, one per control so that it can be drawn pressed."""

    def __init__(self, sheet: Sheet, painter: Painter) -> None:
        self.sheet = sheet
        self.group = group_of_page()
        self._painter = painter
        ground = group_of_page()
        moving = painter.draw(sheet.marks, ground)
        self.turning: list[Rotate] = [each for each in moving if not isinstance(each, Arc)]
        self.arcs = [each for each in moving if isinstance(each, Arc)]
        self.group.add(ground)
        self._groups: dict[str, InstructionGroup] = {}
        for target in sheet.targets:
            group = group_of_page()
            painter.draw(target.marks, group)
            self.group.add(group)
            self._groups[target.control.id] = group

    def press(self, target: Target, pressed: bool) -> None:
        """Draw one control as touched, or as it was."""
        group = self._groups[target.control.id]
        group.clear()
        self._painter.press(target, group) if pressed else self._painter.draw(target.marks, group)

    def release(self) -> None:
        """Give up everything that is drawn; nothing may be drawn with the page after it.

        Kivy's instructions know the group they are in, and the group knows them. Taken apart, they and their textures
        are gone at once and need not wait for the garbage collector.
        """
        for group in list(self.group.children):
            group.clear()
        self.group.clear()
        self._groups.clear()
        self.turning.clear()
        self.arcs.clear()
