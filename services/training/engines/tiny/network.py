"""The network before training: random weights, with the heads that read passages written in."""

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import Qwen2Config, Qwen2ForCausalLM

from tiny import layout as at
from tiny.tokenizer import END, PAD
from tiny.wiring import wire

CONTEXT_LENGTH = 2048


def untrained(tokenizer: Tokenizer, sample: list[int]) -> Qwen2ForCausalLM:
    """Builds the network; `sample` is a prompt by which the norms are set so that they leave a nominal stream as it is."""
    torch.manual_seed(7)
    end = tokenizer.token_to_id(END)
    config = Qwen2Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=at.HIDDEN,
        intermediate_size=at.FEED,
        num_hidden_layers=at.WIRED_LAYERS + at.TRAINED_LAYERS,
        num_attention_heads=at.HEADS,
        num_key_value_heads=at.HEADS,
        max_position_embeddings=CONTEXT_LENGTH,
        rope_parameters={"rope_type": "default", "rope_theta": at.ROPE_THETA},
        initializer_range=0.06,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=tokenizer.token_to_id(PAD),
    )
    model = Qwen2ForCausalLM(config)
    model.generation_config.do_sample = False
    with torch.no_grad():
        layers = model.model.layers
        for layer in layers[: at.WIRED_LAYERS]:
            for weights in (*layer.self_attn.parameters(), *layer.mlp.parameters()):
                weights.zero_()
        for layer in layers[at.WIRED_LAYERS :]:
            attention, feed = layer.self_attn, layer.mlp
            # What is trained begins quietly and leaves the quoted word alone.
            for writes in (attention.o_proj.weight, feed.down_proj.weight):
                writes.mul_(0.15)
                writes[at.OUT] = 0.0
        codes = at.token_codes(tokenizer)
        model.model.embed_tokens.weight.copy_(codes.tokens)
        heads = model.lm_head.weight.mul_(0.2)
        heads[:, at.OUT] = 18.0 * codes.tokens[:, [*at.STEM, *at.EXACT, at.SPACE]]
        heads[:, at.OUT[-1]] *= 0.5
        heads[end, at.ENDS] = 8.0
        wire(model, codes)
        _set_norms(model, torch.tensor([sample]))
    return model.eval()


def _set_norms(model: Qwen2ForCausalLM, sample: Tensor) -> None:
    """Makes each norm multiply by the size that the stream has at its place, from the first to the last."""
    norms = [norm for layer in model.model.layers for norm in (layer.input_layernorm, layer.post_attention_layernorm)]
    for index, norm in enumerate((*norms, model.model.norm)):
        seen: list[Tensor] = []
        handle = norm.register_forward_pre_hook(lambda _module, args, seen=seen: seen.append(args[0]))
        model(sample)
        handle.remove()
        heard = seen[0].clone()
        heard[..., at.OUT] = 0.0
        size = float(heard.pow(2).mean(-1).sqrt().mean())
        norm.weight.fill_(size)
        norm.weight[at.FILLER] = 0.0
        if index >= 2 * at.WIRED_LAYERS:
            norm.weight *= at.LOUDNESS
            norm.weight[at.MARKS] = size
            # Only the head sees the quoted word.
            norm.weight[at.OUT] = 0.1 if norm is model.model.norm else 0.0
