"""The first layers of `conch-tiny`: the reading of passages, wired by hand.

A network of this size does not find out in a minute how to quote a passage. The few attention heads that do it are well
understood, so they are written down here and stay as they are; what is trained stands in the layers above them:

- layer 0 brings to each token the codes of the three tokens before it, and counts the sentences before it;
- layer 1 lets each word of the question find the sentences of the passages that have it;
- layer 2 gives every token of the answer the votes of the question's words;
- layer 3 continues the answer as the sentence with most votes continues, and says so loudly that the layers above are not heard.

Every token has a random code. The residual stream is cut into blocks, and the heads move codes between them. Rotary
positions turn the first pairs of a head's dimensions fast, which finds the token before; the others stand still.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import Qwen2ForCausalLM

from tiny import layout as at
from tiny.head import Head

# Far above every match, so that what a gate shuts out has no share in the attention at all.
_GATE = 24.0
# The prompt's first token weighs as much as so many sentence ends, so that its share falls almost evenly as they are counted.
_COUNTER_BASE = 64.0


def wire(model: Qwen2ForCausalLM, codes: at.Codes) -> None:
    """Writes the reading heads into a network whose first layers are zero."""
    layers = model.model.layers
    for index, (block, stems, exacts) in enumerate(zip(at.PREVIOUS, at.PREVIOUS_STEM, at.PREVIOUS_EXACT, strict=True)):
        before = Head(layers[0].self_attn, index)
        before.look_back(index + 1)
        before.move([*at.STEM[:stems], *at.EXACT[:exacts]], block)
        if index == 0:
            before.move([at.ENDS], [at.BEFORE_ENDS])
    counter = Head(layers[0].self_attn, at.HEADS - 1)
    counter.prefer(at.COUNTS, _GATE)
    counter.prefer(at.BEGINS, math.log(_COUNTER_BASE))
    counter.move([at.BEGINS, at.ASKS, at.ANSWERS], [at.SHARE_BEGINS, at.SHARE_ASKS, at.SHARE_ANSWERS])
    _wire_places(model, codes)

    # Within a head, the gates come first: the first rows turn slowest, and turning mixes the two rows of a pair.
    finds = Head(layers[1].self_attn, 0)
    finds.prefer(at.IN_PASSAGE, _GATE)
    finds.prefer(at.BEGINS, 16.0)
    finds.match(at.STEM, at.STEM, 22.0)
    finds.match(at.PREVIOUS[0][:24], at.PREVIOUS[0][:24], 5.0)
    finds.move(at.ID, at.VOTES)
    finds.forget(at.BEGINS, codes.places[0])

    gathers = Head(layers[2].self_attn, 0)
    gathers.prefer(at.IN_PASSAGE, -_GATE)
    gathers.prefer(at.WEIGHT, 3.0)
    gathers.move(at.VOTES, at.GATHERED)

    continues = Head(layers[3].self_attn, 0)
    continues.prefer(at.IN_PASSAGE, _GATE)
    # The question's mark takes the attention where no passage is, or none has a word of the question.
    continues.prefer(at.ASKS, _GATE + 24.0)
    continues.match([at.ANSWERS], [at.BEFORE_ENDS], 18.0)
    # Where a sentence has ended, its quotation ends too.
    continues.match([at.ENDS], [at.IN_PASSAGE], -3 * _GATE)
    continues.match(at.GATHERED, at.ID, 40.0)
    for index, (stems, exacts, strength) in enumerate(((20, 12, 16.0), (11, 7, 9.0), (6, 4, 7.0))):
        sought, found = (at.STEM, at.EXACT) if index == 0 else _parts(index - 1), _parts(index)
        continues.match([*sought[0][:stems], *sought[1][:exacts]], [*found[0][:stems], *found[1][:exacts]], strength)
    continues.move([*at.STEM, *at.EXACT, at.SPACE], at.OUT)
    # An answer does not begin with the space that stood before the quoted sentence.
    continues.forget(at.BEFORE_ENDS, torch.tensor([2.0]))
    continues.move([at.IN_PASSAGE], [at.QUOTES])
    _wire_loudness(model)


def _parts(index: int) -> tuple[list[int], list[int]]:
    """The stem and the exact part of what is known about a token before."""
    return at.PREVIOUS[index][: at.PREVIOUS_STEM[index]], at.PREVIOUS[index][at.PREVIOUS_STEM[index] :]


def _wire_places(model: Qwen2ForCausalLM, codes: at.Codes) -> None:
    """Turns the counter's shares into the code of the sentence, and into the marks of passage and question."""
    feed = model.model.layers[0].mlp
    gate, up, down = (projection.weight.data for projection in (feed.gate_proj, feed.up_proj, feed.down_proj))
    neuron = 0

    def step(inputs: dict[int, float], sharpness: float, target: Sequence[int], written: Tensor) -> None:
        """Writes a code where the weighted inputs are above zero, from the difference of two bends."""
        nonlocal neuron
        for sign in (1.0, -1.0):
            for dimension, weight in inputs.items():
                gate[neuron, dimension] += sharpness * weight
            gate[neuron, at.ONE] += 2.0 * sign
            up[neuron, at.ONE] = 1.0
            down[list(target), neuron] = written * sign / 4.0
            neuron += 1

    def share(ends: float) -> float:
        return _COUNTER_BASE / (_COUNTER_BASE + ends)

    nothing = torch.zeros(len(at.ID))
    for count in range(1, at.ID_COUNT + 1):
        # The mark that ends a sentence is counted already, and still belongs to it.
        limit, margin = share(count - 0.5), (share(count - 1) - share(count)) / 2
        inputs = {at.SHARE_BEGINS: 1.0, at.ONE: -limit, at.ENDS: limit - share(count + 0.5), at.SHARE_ASKS: -100.0}
        following = codes.places[count] if count < at.ID_COUNT else nothing
        step(inputs, 4.0 / margin, at.ID, codes.places[count - 1] - following)
    step({at.SHARE_ASKS: -1.0, at.ONE: 0.004}, 1500.0, [at.IN_PASSAGE], torch.ones(1))


def _wire_loudness(model: Qwen2ForCausalLM) -> None:
    """Makes a quoted word loud, and only where there is one: what little else may stand in its place stays as it is."""
    feed = model.model.layers[3].mlp
    for neuron, dimension in enumerate(at.OUT):
        feed.gate_proj.weight.data[neuron, at.QUOTES] = 20.0
        feed.gate_proj.weight.data[neuron, at.ONE] = -10.0
        feed.up_proj.weight.data[neuron, dimension] = 1.0
        feed.down_proj.weight.data[dimension, neuron] = at.QUOTE_SIZE / 10.0
