"""A step and a look of any character model, alone or shared by several processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.lab.characters.models.evaluation import Evaluator
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.text.corpus import Corpus
from experiments.lab.characters.text.windows import RandomWindows, Streams, Tokens
from experiments.records.checkpoints import random_state
from experiments.training.optimisers import make_optimizer, make_schedule
from experiments.training.processes import Processes
from experiments.training.trainer import Row, State, Trainer
from seq import bits_per_character

RECENT = 100  # batches whose mean accuracy stands beside that since the last look
EXCHANGE = 10  # steps after which several processes agree on stopping and on checkpoints
Samples = list[dict[str, Any]]


class CharacterTrainer(Trainer):
    """Batches of a text: windows drawn at random, or contiguous streams whose state is carried on.

    Args:
        model: ``model(tokens, state) -> (logits, state)``; it is moved to the device.
        corpus: The text.
        train: How.
        seed: Of windows and dropout.
        device: Where to compute.
        processes: Which part of each batch is this process's.
        sample: Takes samples of the model after so many steps, at the steps that the settings name; the first process's
            is called.
        keep: Called with all samples so far as soon as they are taken.
    """

    reports_norm = True
    parts: ClassVar[tuple[str, ...]] = (*Trainer.parts, "scaler")

    def __init__(
        self,
        model: nn.Module,
        corpus: Corpus,
        train: CharacterTraining,
        *,
        seed: int,
        device: str = "cpu",
        processes: Processes | None = None,
        sample: Callable[[int], Samples] | None = None,
        keep: Callable[[Samples], None] = lambda samples: None,
    ) -> None:
        self.processes = processes or Processes()
        self.train, self.device = train, device
        model = model.to(device)
        self.shared = self.processes.wrap(model)
        optimizer = make_optimizer(model, train)
        super().__init__(
            model, optimizer, clip_norm=train.clip_norm, schedule=make_schedule(optimizer, train)
        )
        self.scaler = torch.amp.GradScaler(device.partition(":")[0], enabled=train.precision == "float16")
        tokens, rows = Tokens(corpus.part("train"), device), self.processes.rows(train.batch_size)
        self.data: RandomWindows | Streams = (
            Streams(tokens, train.batch_size, train.window, rows)
            if train.stream
            else RandomWindows(tokens, train.batch_size, train.window, seed, rows)
        )
        self.validation = Evaluator(corpus.part("validation"), "validation", train, device)
        self.steps = 0
        self.carried: tuple[Tensor, ...] | None = None
        self.recent = torch.zeros(RECENT, device=device)
        self.sample = sample if self.writes else None
        self.keep = keep
        self.sample_steps = frozenset(train.sample_steps)
        self.samples: Samples = []
        self.wants_to_save = False
        # From here on torch's own generator draws dropout alone: another stream in each process.
        torch.manual_seed(seed + self.processes.rank)

    def step(self) -> bool:
        batch = self.data.draw()
        if batch.fresh:
            self.carried = None
        # Gradients end where the state was handed on.
        with self._precision():
            logits, state = self.shared(batch.inputs, self.carried)
            loss = F.cross_entropy(logits.flatten(0, 1).float(), batch.targets.flatten())
        norm = self.update(loss)
        assert norm is not None
        with torch.no_grad():
            accuracy = (logits.argmax(-1) == batch.targets).float().mean()
            self.add(step=torch.stack([loss.detach(), accuracy, norm.float()]))
            self.recent[self.steps % RECENT] = accuracy
        self.carried = tuple(part.detach() for part in state) if self.train.stream else None
        self.steps += 1
        if self.sample is not None and self.steps in self.sample_steps:
            self.clock.pause()
            self.samples = [*self.samples, *self.sample(self.steps)]
            self.keep(self.samples)
            self.clock.go_on()
        return False

    def backward(self, loss: Tensor) -> None:
        """As every trainer does it, but for float16, whose loss is scaled; gradients are means over all processes."""
        assert self.optimizer is not None
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimizer)

    def move(self) -> None:
        assert self.optimizer is not None
        self.scaler.step(self.optimizer)
        self.scaler.update()

    def means(self) -> dict[str, float]:
        """Loss, accuracy and norm of the gradient since the last look, over all processes, in single precision."""
        found = (self.processes.mean(self.sums["step"]) / self.since).tolist()
        self.clock.pause()  # the device has caught up with the steps only now
        self.sums, self.since = {}, 0
        return dict(zip(("loss", "accuracy", "norm"), found))

    def look(self) -> Row:
        means = self.means()
        score = self.processes.from_first(lambda: self.validation.measure(self.model))
        recent = self.processes.mean(self.recent)[: min(self.steps, RECENT)].mean().item()
        return {
            "train_loss": means["loss"],
            "train_bits": bits_per_character(means["loss"]),
            "train_accuracy": means["accuracy"],
            f"train_accuracy_{RECENT}": recent,
            "validation_loss": score.loss,
            "validation_bits": score.bits,
            "validation_accuracy": score.accuracy,
            "learning_rate": self.rate,
            "gradient_norm": means["norm"],
        }

    def agree(self, stop: bool, save: bool) -> tuple[bool, bool]:
        """Whether to stop, if any process was asked to, and whether to save, if the first one wants to."""
        if self.processes.count == 1:
            return stop, save
        self.wants_to_save = self.wants_to_save or save
        if self.steps % EXCHANGE:
            return False, False  # asking the others costs time
        asked = self.processes.gather((stop, self.wants_to_save))
        self.wants_to_save = False
        return any(stop for stop, _ in asked), asked[0][1]

    @property
    def writes(self) -> bool:
        return self.processes.first

    def first(self, make: Callable[[], Any]) -> Any:
        return self.processes.from_first(make)

    def _precision(self) -> contextlib.AbstractContextManager[Any]:
        if self.train.precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast("cuda", getattr(torch, self.train.precision))

    def state(self) -> State:
        """All of it. Every process has to call this; the first one's is the one to keep."""
        own = {
            "random": random_state(),
            "carried": None if self.carried is None else tuple(part.cpu() for part in self.carried),
            "recent": self.recent.cpu(),
            "sums": {name: total.cpu() for name, total in self.sums.items()},
        }
        return super().state() | {
            "each": self.processes.gather(own),
            "data": self.data.position(),
            "steps": self.steps,
            "samples": self.samples,
        }

    def load(self, state: State) -> None:
        """Go on from where ``state`` was asked for, with as many processes as then."""
        own = state["each"][self.processes.rank]
        super().load({**state, "sums": own["sums"], "random": own["random"]})
        self.data.go_to(state["data"])
        self.steps, self.samples = state["steps"], list(state["samples"])
        carried = own["carried"]
        self.carried = None if carried is None else tuple(part.to(self.device) for part in carried)
        self.recent.copy_(own["recent"])
