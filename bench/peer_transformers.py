"""The same weights in `transformers`: `LlamaForCausalLM.generate` in float32."""

import json
import time
from pathlib import Path

import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from bench.peer import THREADS, Speed, Task, answers
from core.assets.fetch import ensure
from core.pretrained.causal_lm.checkpoint import Checkpoint
from core.pretrained.registry import DEFAULT_MODEL


def load(folder: Path) -> LlamaForCausalLM:
    """Return the library's model, filled with the checkpoint's values in float32."""
    raw = json.loads((folder / "config.json").read_text("utf-8"))
    model = LlamaForCausalLM(LlamaConfig(**raw)).eval()
    with Checkpoint(folder) as checkpoint, torch.no_grad():
        for name, parameter in model.named_parameters():  # tied: the output matrix is the embedding, named once
            parameter.copy_(checkpoint.dense(name))
    assert model.lm_head.weight is model.model.embed_tokens.weight
    return model


def main() -> None:
    torch.set_num_threads(THREADS)
    model = load(ensure(DEFAULT_MODEL))

    def do(task: Task) -> Speed:
        longest = max(map(len, task.prompts))
        ids = torch.tensor([[0] * (longest - len(p)) + p for p in task.prompts])  # padded on the left
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in task.prompts])
        settings = GenerationConfig(
            do_sample=False, max_new_tokens=task.tokens, eos_token_id=None, pad_token_id=0, use_cache=True
        )
        began = time.perf_counter()
        with torch.inference_mode():
            found = model.generate(ids, attention_mask=mask, generation_config=settings)
        seconds = time.perf_counter() - began
        assert found.shape[1] == longest + task.tokens
        return Speed(len(task.prompts) * task.tokens / seconds, task.tokens / seconds)

    with answers() as serve:
        serve(do)


if __name__ == "__main__":
    main()
