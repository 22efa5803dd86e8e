"""What stands for the capture of a GPU in tests."""


class Recorder:
    """Nothing is done while a body is recorded, and all of it at each replay."""

    def __init__(self):
        self.captures = self.replays = 0

    def __call__(self, body, device):
        self.captures += 1

        def replay():
            self.replays += 1
            body()

        return replay
