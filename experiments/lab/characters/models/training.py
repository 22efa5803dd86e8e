"""The training loop of character models, which can be left and taken up again at any step."""

from __future__ import annotations

import contextlib
import copy
import math
import time
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.lab.characters.models.evaluation import Evaluator
from experiments.lab.characters.models.processes import Processes
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.text.corpus import Corpus
from experiments.lab.characters.text.windows import RandomWindows, Streams, Tokens
from experiments.records.checkpoints import random_state, set_random_state
from experiments.training.training import DivergedError
from seq import bits_per_character

RECENT = 100  # batches whose mean accuracy stands beside that since the last look


class CharacterTrainer:
    """One run on its way: model, optimiser, schedule, place in the data, randomness, and what was measured so far.

    ``step`` after ``step``, with a ``look`` at the validation part where ``due``. ``state``, asked for after that,
    holds all of it, and a trainer made with the same arguments that takes it with ``load`` goes on to the same bits
    on a CPU.

    Args:
        model: ``model(tokens, state) -> (logits, state)``; trained in place.
        corpus: The text.
        train: How.
        seed: Of windows and dropout.
        device: Where to compute; the model is moved there.
        processes: Which part of each batch is this process's.
    """

    def __init__(
        self,
        model: nn.Module,
        corpus: Corpus,
        train: CharacterTraining,
        *,
        seed: int,
        device: str = "cpu",
        processes: Processes | None = None,
    ) -> None:
        self.processes = processes or Processes()
        self.train, self.device = train, device
        self.model = model.to(device)
        self.shared = self.processes.wrap(self.model)
        self.optimizer = make_optimizer(self.model, train)
        self.schedule = torch.optim.lr_scheduler.StepLR(
            self.optimizer, train.decay_every or train.steps + 1, train.decay
        )
        kind = device.partition(":")[0]
        self.scaler = torch.amp.GradScaler(kind, enabled=train.precision == "float16")
        tokens, rows = Tokens(corpus.part("train"), device), self.processes.rows(train.batch_size)
        self.data: RandomWindows | Streams = (
            Streams(tokens, train.batch_size, train.window, rows)
            if train.stream
            else RandomWindows(tokens, train.batch_size, train.window, seed, rows)
        )
        self.validation = Evaluator(corpus.part("validation"), "validation", train, device)
        self.steps, self.since = 0, 0
        self.carried: tuple[Tensor, ...] | None = None
        self.sums = torch.zeros(3, device=device)  # loss, accuracy and gradient norm since the last look
        self.recent = torch.zeros(RECENT, device=device)
        self.curve: list[dict[str, Any]] = []
        self.best: dict[str, Any] = {"step": 0, "loss": math.inf, "weights": None}
        self.seconds = 0.0
        self.rate = train.learning_rate
        # From here on torch's own generator draws dropout alone: another stream in each process.
        torch.manual_seed(seed + self.processes.rank)

    @property
    def done(self) -> bool:
        """Whether all steps have been taken."""
        return self.steps >= self.train.steps

    @property
    def due(self) -> bool:
        """Whether it is time for a look: every ``evaluate_every`` steps, and at the end."""
        return self.since > 0 and (self.steps % self.train.evaluate_every == 0 or self.done)

    def step(self) -> None:
        """One step on one batch."""
        started = time.perf_counter()
        batch = self.data.draw()
        if batch.fresh:
            self.carried = None
        # 1. predictions; gradients end where the state was handed on
        with self._precision():
            logits, state = self.shared(batch.inputs, self.carried)
            loss = F.cross_entropy(logits.flatten(0, 1).float(), batch.targets.flatten())
        # 2. gradients, the mean over all processes
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()
        # 3. step
        self.scaler.unscale_(self.optimizer)
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.train.clip_norm or math.inf)
        self.rate = self.optimizer.param_groups[0]["lr"]
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.schedule.step()
        # 4. what to say of it, without waiting for the device
        with torch.no_grad():
            accuracy = (logits.argmax(-1) == batch.targets).float().mean()
            self.sums += torch.stack([loss.detach(), accuracy, norm.float()])
            self.recent[self.steps % RECENT] = accuracy
        self.carried = tuple(part.detach() for part in state) if self.train.stream else None
        self.steps += 1
        self.since += 1
        self.seconds += time.perf_counter() - started

    def look(self) -> dict[str, Any]:
        """Measure the validation part, keep the weights if they are the best so far, and answer a row of the curve.

        Raises:
            DivergedError: The loss became NaN or infinite, in training or on validation.
        """
        started = time.perf_counter()
        loss, accuracy, norm = (self.processes.mean(self.sums) / self.since).tolist()
        self.seconds += time.perf_counter() - started  # the device has caught up with the steps only now
        score = self.processes.from_first(lambda: self.validation.measure(self.model))
        if not (math.isfinite(loss) and math.isfinite(score.loss)):
            raise DivergedError(
                f"the loss became {loss} by step {self.steps}, and {score.loss} on validation; a lower --learning-rate "
                "may help"
            )
        row = {
            "step": self.steps,
            "train_loss": loss,
            "train_bits": bits_per_character(loss),
            "train_accuracy": accuracy,
            f"train_accuracy_{RECENT}": self._recent_accuracy(),
            "validation_loss": score.loss,
            "validation_bits": score.bits,
            "validation_accuracy": score.accuracy,
            "learning_rate": self.rate,
            "gradient_norm": norm,
        }
        self.curve.append(row)
        if score.loss < self.best["loss"]:
            weights = {name: value.detach().cpu().clone() for name, value in self.model.state_dict().items()}
            self.best = {"step": self.steps, "loss": score.loss, "weights": weights}
        self.sums.zero_()
        self.since = 0
        return row

    def _recent_accuracy(self) -> float:
        recent = self.processes.mean(self.recent)[: min(self.steps, RECENT)]
        return recent.mean().item()

    def _precision(self) -> contextlib.AbstractContextManager[Any]:
        if self.train.precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast("cuda", getattr(torch, self.train.precision))

    def state(self) -> dict[str, Any]:
        """All of it, as tensors and plain values. Every process has to call this; process 0's is the one to keep."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
            "random": self.processes.gather(random_state()),
            "data": self.data.position(),
            "carried": self._gather_carried(),
            "steps": self.steps,
            "since": self.since,
            "sums": self.processes.gather(self.sums.cpu()),
            "recent": self.processes.gather(self.recent.cpu()),
            "curve": copy.deepcopy(self.curve),
            "best": self.best,
            "seconds": self.seconds,
        }

    def _gather_carried(self) -> list[Any]:
        carried = None if self.carried is None else tuple(part.cpu() for part in self.carried)
        return self.processes.gather(carried)

    def load(self, state: dict[str, Any]) -> None:
        """Go on from where ``state`` was asked for, with as many processes as then."""
        rank = self.processes.rank
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.scaler.load_state_dict(state["scaler"])
        self.data.go_to(state["data"])
        carried = state["carried"][rank]
        self.carried = None if carried is None else tuple(part.to(self.device) for part in carried)
        self.steps, self.since = state["steps"], state["since"]
        self.sums.copy_(state["sums"][rank])
        self.recent.copy_(state["recent"][rank])
        self.curve, self.best = list(state["curve"]), dict(state["best"])
        self.seconds = state["seconds"]
        set_random_state(state["random"][rank])


def make_optimizer(model: nn.Module, train: CharacterTraining) -> torch.optim.Optimizer:
    """The optimiser of the settings over a model's parameters."""
    if train.optimizer == "rmsprop":
        return torch.optim.RMSprop(model.parameters(), lr=train.learning_rate)
    return torch.optim.Adam(model.parameters(), lr=train.learning_rate)
